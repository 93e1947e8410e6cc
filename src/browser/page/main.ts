import { addCopies } from './copy.js';
import { openFolds, openOnPaper } from './folds.js';
import { RunPage } from './run-page.js';
import { sortTables } from './tables.js';
import type { PageData } from '../readings.js';

/** What a page can do besides being read: it is complete without it. */
function start(): void {
  sortTables();
  openOnPaper();
  addCopies();
  const text = document.getElementById('readings')?.textContent;
  const page = text ? new RunPage(JSON.parse(text) as PageData) : null;
  const arrive = (): void => {
    if (page === null) openFolds(location.hash.slice(1));
    else page.arrive(location.hash);
  };
  addEventListener('hashchange', arrive);
  arrive();
}

start();
