/** Masks as run lengths, column by column as in COCO, and the brush that paints them. */

export interface Painted {
  width: number;
  height: number;
  /** Row by row; 0 is background, n the n-th class. */
  pixels: Uint8Array;
}

export interface MaskValue {
  height: number;
  width: number;
  counts: Record<string, number[]>;
}

export function blank(width: number, height: number): Painted {
  return { width, height, pixels: new Uint8Array(width * height) };
}

/** Counts of off and on in turn, beginning with off. */
export function counts(m: Painted, n: number): number[] {
  const out = [0];
  let on = false;
  for (let x = 0; x < m.width; x++) {
    for (let y = 0; y < m.height; y++) {
      const now = m.pixels[y * m.width + x] === n;
      if (now === on) out[out.length - 1]!++;
      else {
        out.push(1);
        on = now;
      }
    }
  }
  return out;
}

export function maskValue(m: Painted, classes: string[]): MaskValue {
  const there = new Set(m.pixels);
  const covered = classes.map((c, n): [string, number] => [c, n + 1]).filter(([, n]) => there.has(n));
  return { height: m.height, width: m.width, counts: Object.fromEntries(covered.map(([c, n]) => [c, counts(m, n)])) };
}

export function painted(value: MaskValue, classes: string[]): Painted {
  const m = blank(value.width, value.height);
  for (const [label, runs] of Object.entries(value.counts)) {
    let at = 0;
    runs.forEach((run, k) => {
      if (k % 2) for (let i = at; i < at + run; i++) m.pixels[(i % m.height) * m.width + Math.floor(i / m.height)] = classes.indexOf(label) + 1;
      at += run;
    });
  }
  return m;
}

/** A stroke of a round brush from one point to another. */
export function stroke(m: Painted, a: { x: number; y: number }, b: { x: number; y: number }, radius: number, n: number): void {
  const steps = Math.max(1, Math.ceil(Math.hypot(b.x - a.x, b.y - a.y) / Math.max(1, radius / 2)));
  for (let k = 0; k <= steps; k++) dab(m, a.x + ((b.x - a.x) * k) / steps, a.y + ((b.y - a.y) * k) / steps, radius, n);
}

function dab(m: Painted, x: number, y: number, r: number, n: number): void {
  const bottom = Math.min(m.height - 1, Math.floor(y + r));
  for (let j = Math.max(0, Math.ceil(y - r)); j <= bottom; j++) {
    const half = Math.sqrt(Math.max(0, r * r - (j - y) ** 2));
    const from = Math.max(0, Math.ceil(x - half));
    const to = Math.min(m.width - 1, Math.floor(x + half));
    if (from <= to) m.pixels.fill(n, j * m.width + from, j * m.width + to + 1);
  }
}

/** All that hangs together with a pixel and is of its class becomes another. */
export function fill(m: Painted, x: number, y: number, n: number): void {
  const start = Math.min(m.height - 1, Math.floor(y)) * m.width + Math.min(m.width - 1, Math.floor(x));
  const was = m.pixels[start];
  if (was === n) return;
  const todo = [start];
  m.pixels[start] = n;
  while (todo.length) {
    const at = todo.pop()!;
    const col = at % m.width;
    for (const to of [col ? at - 1 : -1, col < m.width - 1 ? at + 1 : -1, at - m.width, at + m.width]) {
      if (to < 0 || m.pixels[to] !== was || to >= m.pixels.length) continue;
      m.pixels[to] = n;
      todo.push(to);
    }
  }
}
