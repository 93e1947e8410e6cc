import { Cell } from '../../cell.js';
import type { Variables } from '../compose/variables.js';

/** The value below names, whose case does not count. */
export function at(cell: Cell | undefined, ...names: readonly string[]): Cell | undefined {
  const [name, ...rest] = names;
  if (name === undefined || cell === undefined) return cell;
  const found = cell.entries().find(([key]) => key.toLowerCase() === name.toLowerCase());
  return at(found?.[1], ...rest);
}

/**
 * The settings of a process: its environment, then the file of its environment, `appsettings.Production.json`, then the one for all. Files of
 * other environments are listed. Source: learn.microsoft.com, Configuration in ASP.NET Core.
 */
export function settingsOf(documents: readonly Cell[], variables: Variables): Cell {
  const name =
    variables.get('ASPNETCORE_ENVIRONMENT') ?? variables.get('DOTNET_ENVIRONMENT') ?? undefined;
  const running = (name?.text() ?? 'Production').toLowerCase();
  const placed = documents.map((document) => ({ document, place: placeOf(document, running) }));
  const known = placed.filter(({ place }) => place >= 0);
  for (const { document, place } of placed)
    if (place < 0 && known.length > 0)
      document.list(`the process runs as ${running}, and does not read this file`);
  const files = (known.length > 0 ? known : placed.slice(0, 1)).sort((a, b) => a.place - b.place);
  const [first, ...others] = files.map(({ document }) => document);
  const all = others.reduce((under, over) => laid(over, under), first!);
  const written = [...variables].flatMap(([key, value]) => {
    const names = key.split('__');
    return /^(ReverseProxy|Routes)__/i.test(key) && names.length <= DEPTH_MAX
      ? [nested(names, value)]
      : [];
  });
  return written.reduce((under, over) => laid(over, under), all);
}

/** Most parts of the name of a variable: settings of a route have fewer. */
const DEPTH_MAX = 16;

/** 0 = a file for all environments, 1 = one for that which runs, -1 = another one. */
function placeOf({ file }: Cell, running: string): number {
  const [, suffix] = /\w\.([\w-]+)\.json$/i.exec(file.replace(/^.*[/\\]/, '')) ?? [];
  if (suffix === undefined) return 0;
  return suffix.toLowerCase() === running ? 1 : -1;
}

function nested(names: readonly string[], value: Cell): Cell {
  return names.reduceRight(
    (below, name) => new Cell(value.path, value.file, value.line, new Map([[name, below]])),
    value,
  );
}

/** Settings of which `over` replaces those of `under`, item by item. */
function laid(over: Cell, under: Cell): Cell {
  if (over.isScalar || under.isScalar) {
    under.list('a source of settings with more weight has another value');
    return over;
  }
  const { path, file, line } = under;
  const items = under.items();
  if (items.length > 0) {
    const own = over.items();
    const count = Math.max(items.length, own.length);
    const indexed = Array.from({ length: count }, (_, k) => own[k] ?? at(over, String(k)));
    const merged = indexed.map((one, k) => {
      const known = items[k];
      return one === undefined ? known! : known === undefined ? one : laid(one, known);
    });
    return new Cell(path, file, line, merged);
  }
  const merged = new Map(under.entries());
  for (const [key, value] of over.entries()) {
    const same = [...merged.keys()].find((one) => one.toLowerCase() === key.toLowerCase());
    const known = same === undefined ? undefined : merged.get(same);
    merged.set(same ?? key, known === undefined ? value : laid(value, known));
  }
  return new Cell(path, file, line, merged);
}

/** `00:01:40` or `1.00:00:00`, as seconds. */
export function spanOf(cell: Cell | undefined): number | undefined {
  const [, days = '0', hours, minutes, seconds] =
    /^(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(cell?.text() ?? '') ?? [];
  if (seconds === undefined) return undefined;
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
}

/** Paths of a template such as `/orders/{id:int}` or `/orders/{**rest}`, which takes `/orders`, too. */
export function pathsOf(template: string): readonly string[] {
  const path = template.startsWith('/') ? template : `/${template}`;
  const [, before, last] = /^(.*?)\/(\{\*{1,2}[^}]*\}|\{\w+\?\})$/.exec(path) ?? [];
  const plain = (text: string): string => text.replace(/\{(\w+)[^}]*\}/g, '{$1}');
  if (before === undefined) return [plain(path)];
  const end = last!.startsWith('{*') ? '/*' : `/${plain(last!)}`;
  return before === '' ? [end === '/*' ? '/*' : end] : [plain(before), `${plain(before)}${end}`];
}
