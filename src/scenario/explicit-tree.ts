import type { Problems } from './diagnostics.js';
import { inheritPolicies, inheritTemplates } from './inherit.js';
import { get, map, prune, type Entry, type MapNode, type Node } from './located.js';
import { EXPLICIT_SECTIONS } from './schema/scenario.js';
import { checkMiddleware, checkVerbs, middlewareLists } from './validate.js';
import { layVersions } from './versions.js';
import { visitScenario } from './walk.js';

/**
 * Applies all inheritance to the tree of a variant. `written`: before bundles are merged; `tree`: the sections of a run,
 * ready for the schema.
 */
export function explicitTree(
  patched: MapNode,
  problems: Problems,
): { readonly written: Node; readonly tree: MapNode } {
  const written = layVersions(inheritTemplates(patched, problems), problems);
  const tree = explicitSections(prune(inheritPolicies(written, problems)) as MapNode);
  checkShapes(tree, problems);
  return { written, tree };
}

function explicitSections(tree: MapNode): MapNode {
  const kept = new Map<string, Entry>();
  for (const name of EXPLICIT_SECTIONS) {
    const entry = tree.entries.get(name);
    if (entry !== undefined) kept.set(name, entry);
  }
  return { ...map(kept, tree.at), removed: tree.removed };
}

function checkShapes(tree: MapNode, problems: Problems): void {
  visitScenario(tree, {
    step: (node, path) => {
      checkVerbs(tree, node, path, problems);
      return node;
    },
  });
  for (const section of ['services', 'gateways']) {
    const all = get(tree, section);
    if (all?.type !== 'map') continue;
    for (const [name, entry] of all.entries) {
      for (const [list, path] of middlewareLists(entry.value)) {
        if (list.type !== 'list') continue;
        list.items.forEach((item, index) =>
          checkMiddleware(item, [section, name, ...path, index], problems),
        );
      }
    }
  }
}
