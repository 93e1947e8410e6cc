// `npm run rows`: writes docs/rows.md, the table of systems, from rows/rows.json and the numbers of the pages.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rowsPage } from './rows/page.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
writeFileSync(join(ROOT, 'docs/rows.md'), rowsPage(ROOT));
