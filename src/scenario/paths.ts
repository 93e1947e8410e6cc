import type { Node, Place } from './located.js';

/** A path of a patch with its place, and the value to set there. */
export interface Edit {
  readonly path: string;
  readonly at: Place;
  readonly value: Node | null;
  /** It may match nothing in some of the variants, as a path with a `*` may. */
  readonly isPartial?: true;
}

export type Segment =
  | { readonly kind: 'key'; readonly key: string; readonly offset: number }
  | { readonly kind: 'index'; readonly index: number; readonly offset: number }
  /** An entry of a list by its `id`, `name`, verb or middleware name. */
  | { readonly kind: 'name'; readonly name: string; readonly offset: number };

type ParsedPath =
  | { readonly ok: true; readonly segments: readonly Segment[] }
  | { readonly ok: false; readonly message: string; readonly offset: number };

const KEY = /[^.[\]"\s]+/y;
const IN_BRACKETS = /\[(?:(\d{1,9})|"([^"]*)"|([^\]"\s]+))\]/y;

/** Parses `key { "." key | "[" ( index | name | "quoted key" ) "]" }`. */
export function parsePath(text: string): ParsedPath {
  const segments: Segment[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === '[') {
      IN_BRACKETS.lastIndex = at;
      const match = IN_BRACKETS.exec(text);
      if (match === null) return fail('expected [0], [name] or ["quoted key"]', at);
      segments.push(bracketed(match, at));
      at = IN_BRACKETS.lastIndex;
      continue;
    }
    if (text[at] === '.' && segments.length === 0) return fail('a path must start with a key', at);
    if (text[at] === '.') at++;
    else if (segments.length > 0) return fail('expected a dot or [', at);
    KEY.lastIndex = at;
    const key = KEY.exec(text);
    if (key === null) return fail('expected a key', at);
    segments.push({ kind: 'key', key: key[0], offset: at });
    at = KEY.lastIndex;
  }
  return segments.length === 0 ? fail('the path is empty', 0) : { ok: true, segments };
}

function bracketed(match: RegExpExecArray, offset: number): Segment {
  if (match[1] !== undefined) return { kind: 'index', index: Number(match[1]), offset };
  if (match[2] !== undefined) return { kind: 'key', key: match[2], offset };
  return { kind: 'name', name: match[3], offset };
}

function fail(message: string, offset: number): ParsedPath {
  return { ok: false, message, offset };
}

/** Whether a path equals another one or leads into it, regardless of notation; `*` matches every entry. */
export function isWithin(path: string, outer: string): boolean {
  const [inside, around] = [parsePath(path), parsePath(outer)];
  if (!inside.ok || !around.ok) return false;
  const step = (segment: Segment): string =>
    segment.kind === 'index'
      ? `[${segment.index}]`
      : segment.kind === 'key'
        ? segment.key
        : segment.name;
  const steps = inside.segments.map(step);
  return around.segments.every((segment, i) => {
    const outside = step(segment);
    return steps[i] === outside || steps[i] === '*' || outside === '*';
  });
}
