/** A text in words, by Unicode code points: what the server counts in, where JavaScript counts UTF-16 units. */

export interface Token {
  text: string;
  start: number;
  end: number;
  /** Whether it is a word, and not a blank or a mark. */
  word: boolean;
  blank: boolean;
}

export interface Span {
  start: number;
  end: number;
  label: string;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  for (const { segment, isWordLike } of segmenter.segment(text)) {
    const end = at + [...segment].length;
    found.push({ text: segment, start: at, end, word: isWordLike ?? false, blank: !segment.trim() });
    at = end;
  }
  return found;
}

/** The next word from here in a direction, marks too where they are wanted; -1 where there is none. */
export function nextWord(all: Token[], from: number, step: 1 | -1, marks = false): number {
  const wanted = (t: Token): boolean => (marks ? !t.blank : t.word);
  for (let n = from + step; n >= 0 && n < all.length; n += step) if (wanted(all[n]!)) return n;
  return -1;
}

/** With one more; what it overlaps gives way to it, unless spans may overlap; the same one once more goes. */
export function withSpan(spans: Span[], span: Span, overlapping: boolean): Span[] {
  const same = (s: Span): boolean => s.start === span.start && s.end === span.end && s.label === span.label;
  if (spans.some(same)) return spans.filter((s) => !same(s));
  const apart = (s: Span): boolean => s.end <= span.start || s.start >= span.end;
  return [...(overlapping ? spans : spans.filter(apart)), span].sort((a, b) => a.start - b.start || a.end - b.end);
}
