import { Cell } from '../../cell.js';
import { layered } from './layers.js';

const OTHERS = 'a profile that does not run in production';

/**
 * A file of Quarkus as it is in production: settings of `%prod` override those without a profile, and those of other profiles
 * are left out. Source: quarkus.io, Configuration Reference, Profiles.
 */
export function inProduction(document: Cell): Cell {
  const all = document.entries();
  if (!all.some(([key]) => key.startsWith('%'))) return document;
  const rest = all.filter(([key]) => !key.startsWith('%'));
  const own = new Map<string, Cell>();
  let whole = new Cell(document.path, document.file, document.line, new Map(rest));
  for (const [key, cell] of all) {
    const [, names = '', name = ''] = /^%([^.]*)\.?(.*)$/.exec(key) ?? [];
    if (!key.startsWith('%')) continue;
    if (!names.split(',').includes('prod')) cell.list(OTHERS);
    else if (name === '') whole = layered(cell, whole)!;
    else own.set(name, cell);
  }
  const production = new Cell(document.path, document.file, document.line, own);
  return layered(production, whole)!;
}
