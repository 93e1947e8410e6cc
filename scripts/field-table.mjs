// `npm run field-table`: writes the table of the cases in test/field into docs/differences.md.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { differencesPage } from './field-table/table.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
writeFileSync(join(ROOT, 'docs/differences.md'), differencesPage(ROOT));
