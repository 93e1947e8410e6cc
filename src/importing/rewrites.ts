/** A gateway replaces the beginning of a path before it passes a request on. */
export interface Rewrite {
  readonly from: string;
  readonly to: string;
}

/** The path at the gateway of a request that arrives behind it with another one; null = no request arrives with it. */
export function pathBefore({ from, to }: Rewrite, path: string): string | null {
  const stem = to.replace(/\/+$/, '');
  if (path !== stem && !path.startsWith(`${stem}/`)) return null;
  return `${from.replace(/\/+$/, '')}${path.slice(stem.length)}` || '/';
}

/** `/orders` of `/orders`, `/orders*`, `/orders/**` and `/orders/{id}`. */
export function stemOf(pattern: string): string {
  return pattern.replace(/[*{].*$/, '').replace(/\/+$/, '');
}

/** The first elements of a pattern are left out. null = one of them is a variable. */
export function stripped(pattern: string, elements: number): Rewrite | null {
  const first = pattern
    .split('/')
    .slice(1, elements + 1)
    .map((element) => `/${element}`)
    .join('');
  return /[*{]/.test(first) ? null : { from: first, to: '' };
}

/**
 * An expression that replaces a prefix: text, then groups that take the rest, all of which the replacement repeats after its own text,
 * such as `/api(/|$)(.*)` and `/$2`. null = it does something else.
 */
export function rewriteOf(expression: string, replacement: string): Rewrite | null {
  const [, from = '', rest = ''] = /^\^?([\w/.-]*?)((?:\/\??)?\(.*)$/.exec(expression) ?? [];
  const [, to = '', groups = ''] = /^([\w/.-]*)(.*)$/.exec(replacement.replace('$\\', '$'))!;
  return REST.test(rest) && GROUPS.test(groups) ? { from, to } : null;
}

/** Groups that take all of a path from one of its elements on. */
const REST = /^(?:\/\??)?(?:\((?:\?P?<\w+>)?(?:\/?\.\*|\/\|\$|\/\??)\)\??)+\$?$/;
const GROUPS = /^(?:\$\d|\$\{\w+\}|\\\d|\\g<\w+>)+$/;
