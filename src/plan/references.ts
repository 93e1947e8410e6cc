export type Reference =
  /** A component, a workload or a zone. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'part'; readonly component: string; readonly part: string }
  | { readonly kind: 'instance'; readonly component: string; readonly index: number }
  | { readonly kind: 'edge'; readonly from: EdgeEnd; readonly to: EdgeEnd }
  /** A version of a component, or one of its parts. */
  | {
      readonly kind: 'version';
      readonly component: string;
      readonly version: string;
      readonly part: string | null;
    };

/** One end of `a.b->c`; the component `all` means every component. */
export interface EdgeEnd {
  readonly component: string;
  readonly part: string | null;
}

/** Parses `a`, `a.b`, `a@v`, `a@v.b`, `a[0]`, `a->b` and `a.b->c.d`. The loader has checked the names. */
export function parseReference(text: string): Reference {
  const compact = text.replace(/\s/g, '');
  const arrow = compact.indexOf('->');
  if (arrow >= 0) {
    const from = edgeEnd(compact.slice(0, arrow));
    return { kind: 'edge', from, to: edgeEnd(compact.slice(arrow + 2)) };
  }
  const bracket = /^([^[]+)\[(\d+)\]$/.exec(compact);
  if (bracket !== null) {
    return { kind: 'instance', component: bracket[1]!, index: Number(bracket[2]) };
  }
  const { component, part } = edgeEnd(compact);
  const at = component.indexOf('@');
  if (at >= 0) {
    const name = component.slice(0, at);
    return { kind: 'version', component: name, version: component.slice(at + 1), part };
  }
  return part === null ? { kind: 'name', name: component } : { kind: 'part', component, part };
}

function edgeEnd(text: string): EdgeEnd {
  const dot = text.indexOf('.');
  if (dot < 0) return { component: text, part: null };
  return { component: text.slice(0, dot), part: text.slice(dot + 1) };
}
