/** What a link to a page restores. Everything is optional. */
export interface PageState {
  /** Name of the chosen variant. */
  readonly variant?: string;
  /** Instant of the cursor, seconds. */
  readonly at?: number;
  /** Part of the run that the charts show, seconds. */
  readonly zoom?: readonly [number, number];
  /** Id of the open tab. */
  readonly tab?: string;
  /** Components that are searched for. */
  readonly find?: string;
}

/** A longer fragment is not from a page. */
const LONGEST = 2_000;

/** Reads a fragment of any origin: what is not understood is left out; null for the name of an element. */
export function stateOf(fragment: string, end: number): PageState | null {
  const text = fragment.replace(/^#/, '');
  if (text.length > LONGEST || !text.includes('=')) return null;
  const parts = new Map(
    text.split('&').map((part): [string, string] => {
      const at = part.indexOf('=');
      return [part.slice(0, Math.max(0, at)), decoded(part.slice(at + 1))];
    }),
  );
  const at = instant(parts.get('t'), end);
  const [from, until] = (parts.get('z') ?? '').split('~').map((one) => instant(one, end));
  const words = (key: string): string | undefined => parts.get(key) || undefined;
  return {
    variant: words('v'),
    tab: words('tab'),
    find: words('q'),
    at,
    ...(from !== undefined && until !== undefined && until > from ? { zoom: [from, until] } : {}),
  };
}

/** The fragment of a state, with the `#`; empty for that of a page that was just opened. */
export function fragmentOf({ variant, at, zoom, tab, find }: PageState): string {
  const parts = [
    variant === undefined ? '' : `v=${encodeURIComponent(variant)}`,
    at === undefined ? '' : `t=${short(at)}`,
    zoom === undefined ? '' : `z=${short(zoom[0])}~${short(zoom[1])}`,
    tab === undefined ? '' : `tab=${encodeURIComponent(tab)}`,
    find === undefined ? '' : `q=${encodeURIComponent(find)}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `#${parts.join('&')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function instant(text: string | undefined, end: number): number | undefined {
  if (text === undefined || !/^\d+(\.\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return value <= end ? value : undefined;
}

function short(seconds: number): string {
  return String(Number(seconds.toFixed(6)));
}
