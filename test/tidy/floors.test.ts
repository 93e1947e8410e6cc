import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { circlesOf, importsOf, placeOf, sourcesBelow } from './sources.js';

/** Folders whose folders are floors, lowest first; the files beside them are above all. */
const HOUSES = {
  'src/model': ['data', 'resources', 'path', 'platform', 'modules', 'faults'],
  'src/report': [
    'base',
    'drawing',
    'families',
    'view',
    'topology',
    'charts',
    'words',
    'lines',
    'tipping',
    'text',
    'sections',
    'graph',
    'formats',
    'page',
    'against',
    'calibrate',
    'capacity',
    'drift',
    'explore',
    'fix',
    'sensitivity',
    'story',
    'sweep',
  ],
} as const;

describe.each(Object.entries(HOUSES))('the floors of %s', (house, floors) => {
  const imports = sourcesBelow(house).flatMap((source) =>
    importsOf(source).map(({ from, node }) => ({
      from: source.path,
      to: posix.join(posix.dirname(source.path), from).replace(/\.js$/, '.ts'),
      place: placeOf(source, node),
    })),
  );

  it('are its folders', () => {
    const folders = sourcesBelow(house).map(({ path }) => partsBelow(house, path));
    const found = new Set(folders.flatMap((parts) => (parts.length > 1 ? [parts[0]] : [])));
    expect([...found].sort()).toEqual([...floors].sort());
  });

  it('import their own or a lower one', () => {
    const upward = imports.filter(({ from, to }) => floorOf(to) > floorOf(from));
    expect(upward.map(({ place, to }) => `${place} imports ${to}`)).toEqual([]);
  });

  it('have no folders that import each other in a circle', () => {
    const folders = new Set(imports.flatMap(({ from }) => foldersOf(house, from)));
    const circles = [...folders].flatMap((folder) => circlesOf(arrowsIn(folder)));
    expect(circles).toEqual([]);
  });

  /** From each folder or file of a folder to those that it imports, with all that is below them. */
  function arrowsIn(folder: string): ReadonlyMap<string, readonly string[]> {
    const arrows = new Map<string, string[]>();
    for (const { from, to } of imports) {
      const [source, target] = [from, to].map((path) => partsBelow(folder, path)[0]);
      if (source === undefined || target === undefined || source === target) continue;
      arrows.set(source, [...(arrows.get(source) ?? []), target]);
    }
    return arrows;
  }

  /** Height of the floor of a file; what is outside the house is below all. */
  function floorOf(path: string): number {
    const parts = partsBelow(house, path);
    if (parts.length === 0) return -1;
    const names: readonly string[] = floors;
    return parts.length === 1 ? names.length : names.indexOf(parts[0]!);
  }
});

/** The folders of a house that a file is in, innermost first. */
function foldersOf(house: string, path: string): readonly string[] {
  const folder = posix.dirname(path);
  return folder === house ? [folder] : [folder, ...foldersOf(house, folder)];
}

/** The names of a path below a folder; none if it is elsewhere. */
function partsBelow(folder: string, path: string): readonly string[] {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1).split('/') : [];
}
