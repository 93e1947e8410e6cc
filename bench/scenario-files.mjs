import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The scenarios below a folder, in the order of their names; a file is itself. */
export function yamlsIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => {
      const inner = join(path, name);
      return statSync(inner).isDirectory() || name.endsWith('.yaml') ? yamlsIn(inner) : [];
    });
}
