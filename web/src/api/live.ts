/** What the server tells as it happens; asked for again where the line was closed for good. */

export interface Live {
  labels: number;
  left: number;
  model: number;
  training: boolean;
}

export interface Line {
  /** Opens it again, where it was closed: a session that ended closes it. */
  again(): void;
  close(): void;
}

export function listen(campaign: string, told: (live: Live) => void): Line {
  const open = (): EventSource => {
    const events = new EventSource(`/api/v1/campaigns/${encodeURIComponent(campaign)}/events`);
    events.addEventListener("state", (e) => told(JSON.parse((e as MessageEvent<string>).data) as Live));
    return events;
  };
  let line = open();
  return {
    again: () => {
      if (line.readyState === EventSource.CLOSED) line = open();
    },
    close: () => line.close(),
  };
}
