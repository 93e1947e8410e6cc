import { joinContents } from './contents.js';
import { addCopies } from './copy.js';
import { openFolds, openOnPaper } from './folds.js';
import { RunPage } from './run-page.js';
import { makeCards, sortTables } from './tables.js';
import { readValues } from './values.js';
import type { PageData } from '../readings.js';

/** What a page can do besides being read: it is complete without it. */
function start(): void {
  sortTables();
  makeCards();
  openOnPaper();
  addCopies();
  joinContents();
  const text = document.getElementById('readings')?.textContent;
  const data = text ? (JSON.parse(text) as PageData) : null;
  if (data !== null) readValues(data);
  const page = data === null ? null : new RunPage(data);
  const arrive = (): void => {
    if (page === null) openFolds(location.hash.slice(1));
    else page.arrive(location.hash);
  };
  addEventListener('hashchange', arrive);
  arrive();
}

start();
