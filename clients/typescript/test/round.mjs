// A round with a real server: ASKANCE_URL, ASKANCE_TOKEN, ASKANCE_CAMPAIGN and CLIENT (the compiled client) say which.
import assert from "node:assert/strict";

const { Client, Refusal, Unreached } = await import(process.env.CLIENT ?? "../dist/client.js");
const campaign = process.env.ASKANCE_CAMPAIGN;
const at = { path: { campaign } };
const one = "/api/v1/campaigns/{campaign}";

let lost = 0; // the first answer to each of two requests is lost on the way, after the server has it
const broken = async (url, init) => {
  const response = await fetch(url, init);
  if (init.method === "POST" && url.endsWith("/answers") && lost++ < 2) throw new TypeError("the line is dead");
  return response;
};
const client = new Client(process.env.ASKANCE_URL, { token: process.env.ASKANCE_TOKEN, fetch: broken });

const me = await client.call("get", "/api/v1/me");
assert.equal(typeof me.name, "string");
const queue = await client.call("post", `${one}/queue`, { ...at, body: { n: 3, have: [] } });
assert.equal(queue.tasks.length, 3);
const answers = queue.tasks.map((task, n) => ({ key: `from-node-${n}`, id: task.id, value: "x" }));
const receipt = await client.call("post", `${one}/answers`, { ...at, body: { answers } });
assert.equal(lost, 3);
assert.deepEqual(receipt.kept.map((k) => k.counts), [true, true, true]);
const undone = await client.call("post", `${one}/undo`, { ...at, once: true });
assert.equal(undone.value, "x");

const file = await client.raw("get", `${one}/export`, { ...at, query: { format: "csv" } });
const text = await file.text();
assert.equal(text.trim().split("\n").length, 3);
const back = await client.call("post", `${one}/import`, { ...at, query: { name: "back.csv" }, bytes: new TextEncoder().encode(text) });
assert.deepEqual([back.new, back.labels], [0, 2]);
const picks = await client.call("post", "/api/v1/select", { body: { k: 1, strategy: "margin", probs: [[0.9, 0.1], [0.5, 0.5]], seed: 0 } });
assert.equal(picks.picks[0].row, 1);

await assert.rejects(
  client.call("post", `${one}/answers`, { ...at, body: { answers: [{ key: "from-node-9", id: queue.tasks[0].id, value: "cat" }] } }),
  (e) => e instanceof Refusal && e.status === 422 && e.code === "BadLabel" && e.message.includes("'cat' is not one of"),
);
await assert.rejects(client.call("get", one, { path: { campaign: "a/../b?" } }), (e) => e instanceof Refusal && e.status === 404);
const nobody = new Client("http://127.0.0.1:9", { patience: 200 });
await assert.rejects(nobody.call("get", "/api/v1/me"), (e) => e instanceof Unreached && e.message.includes("127.0.0.1:9"));
console.log("a round with the server went well");
