import { basename } from 'node:path';
import { asLines, oneLine } from '../text/line.js';
import type { Indexed } from '../report/page/index-page.js';
import { summaryText } from '../report/text/text.js';
import { mapText } from '../report/tipping/map.js';
import { resultText } from '../run/result-text.js';
import type { Result } from '../contracts/result/result.js';
import { Writes, takesStandardOutput, writeDocument } from './documents.js';
import type { Format } from './flags.js';
import { openPage } from './open.js';
import { writeOutput } from './output.js';
import { interruption, reporting } from './interrupt.js';
import type { Prepared } from '../api/prepare.js';
import { reportBase, writeReport, type ReportTarget } from './report-files.js';
import type { RunFlags } from './run-flags.js';
import { keepResult, resultWords, type Ending } from './simulate.js';
import { palette, type Terminal } from './terminal.js';
import { exportSettings, exportsOf } from './export-flags.js';
import { writeExports } from './exports.js';

/** A scenario that has been run. */
export interface Ended {
  readonly prepared: Prepared;
  readonly ending: Ending;
  readonly result: Result;
  readonly took: () => string;
}

/** Writes what was asked for about a scenario that was run, and prints its summary. */
export async function reportRun(
  ended: Ended,
  flags: RunFlags,
  pages: Indexed[] | null,
  terminal: Terminal,
): Promise<void> {
  const writes = new Writes();
  await writeTraces(ended, flags, writes, terminal);
  await report(ended, flags, { writes, pages }, terminal);
  writes.settle();
}

async function writeTraces(
  { prepared, ending, result }: Ended,
  flags: RunFlags,
  writes: Writes,
  terminal: Terminal,
): Promise<void> {
  const requests = exportsOf(flags);
  if (requests.length === 0) return;
  const isWhole = ending.shortfall === null;
  let isWritten = false;
  if (isWhole && !interruption.aborted) {
    const quiet = flags.quiet === true;
    const settings = exportSettings(flags);
    await writes.attempt(async () => {
      isWritten = await writeExports(prepared, result, requests, settings, quiet, terminal);
    });
  }
  if (isWritten || (isWhole && !interruption.aborted)) return;
  const names = requests.map((request) => request.path).join(', ');
  const why = interruption.aborted ? 'of the interrupt' : 'runs are missing';
  terminal.note(oneLine(`${names}: not written, because ${why}`));
}

/** Documents first: the page takes longest, and an interrupt while it is drawn leaves what is written by then. */
async function report(
  ended: Ended,
  flags: RunFlags,
  { writes, pages }: { readonly writes: Writes; readonly pages: Indexed[] | null },
  terminal: Terminal,
): Promise<void> {
  const { prepared, ending, result, took } = ended;
  const isCut = interruption.aborted;
  const put = async (formats: readonly Format[]): Promise<readonly string[]> => {
    let written: readonly string[] = [];
    await writes.attempt(async () => {
      written = await writeReport(result, { ...targetOf(prepared, flags), formats });
    });
    return written;
  };
  const isShown = flags.quiet !== true && !takesStandardOutput([flags.json]);
  if (isCut && isShown) showSummary(ended, null, terminal);
  await writes.attempt(() => writeDocument(flags.json, () => resultText(result), terminal));
  const drawings = flags.format.filter((format) => DRAWN.has(format));
  const texts = await put(flags.format.filter((format) => !DRAWN.has(format)));
  const done = [...documentsOf(flags), ...texts];
  if (isCut) return keepCut(ended, flags, done, writes);
  // A page can take longer than an interrupt allows.
  if (done.length > 0) {
    const drawing = `drawing the page of ${prepared.path}`;
    reporting(drawing, resultWords(prepared, ending, cutPlaces(done, flags)));
  }
  const drawn = drawings.length > 0 ? await put(drawings) : [];
  if (flags.quiet !== true) terminal.note(oneLine(`${ending.words}; report in ${took()}`));
  if (isShown) showSummary(ended, [...drawn, ...texts][0] ?? null, terminal);
  keepResult(prepared, ending, placesOf([...drawn, ...done]));
  const page = drawn.find((path) => path.endsWith('.html'));
  if (page === undefined) return;
  if (pages !== null) {
    const { indexed } = await import('../report/page/index-page.js');
    pages.push(indexed(result, prepared.path, basename(page)));
  } else if (flags.open === true) await openPage(page, terminal);
}

/** Formats that are drawn, which takes more time than an interrupt leaves. */
const DRAWN: ReadonlySet<Format> = new Set<Format>(['html', 'svg']);

/** Says what is reported after an interrupt; without any document, that of the result is written beside the page. */
async function keepCut(
  ended: Ended,
  flags: RunFlags,
  done: readonly string[],
  writes: Writes,
): Promise<void> {
  const { prepared, ending, result } = ended;
  const document = isDocumented(flags) ? null : cutPath(ended, flags);
  if (document !== null) await writes.attempt(() => writeOutput(document, resultText(result)));
  keepResult(prepared, ending, cutPlaces(document === null ? done : [...done, document], flags));
}

/** Whether the command writes the result document anyway. */
function isDocumented({ json, format }: RunFlags): boolean {
  return json !== undefined || format.includes('json');
}

/** The result document of a run without its page. It never replaces that of an earlier run. */
function cutPath({ prepared, result }: Ended, flags: RunFlags): string {
  return `${reportBase(result, targetOf(prepared, flags))}.interrupted.json`;
}

/** The files of a result whose page is not drawn. */
function cutPlaces(paths: readonly string[], { format }: RunFlags): string {
  const isWanted = format.some((one) => DRAWN.has(one));
  return `${placesOf(paths)}${isWanted ? '; its page is not drawn' : ''}`;
}

/** ` in a.html, a.json`. */
function placesOf(paths: readonly string[]): string {
  return paths.length === 0 ? '' : ` in ${paths.join(', ')}`;
}

function documentsOf({ json }: RunFlags): readonly string[] {
  return json === undefined || json === '-' ? [] : [json];
}

function targetOf({ path }: Prepared, flags: RunFlags): ReportTarget {
  return { directory: flags.out, formats: flags.format, path, selection: flags };
}

function showSummary({ prepared, result }: Ended, report: string | null, terminal: Terminal): void {
  const { columns, isLog: whole } = terminal;
  const paint = palette(terminal.colors.out);
  const options = { columns, whole, paint, file: prepared.path, wall: null, report };
  terminal.out(summaryText(result, options));
  for (const { name, tipping } of result.variants) {
    if (tipping?.map === undefined) continue;
    const head = oneLine(`recovery map of ${name}`);
    terminal.out(asLines(['', paint.dim(`  ${head}`)]));
    terminal.out(mapText(tipping, { paint, columns: whole ? 100 : columns }));
  }
  const others = result.warnings.filter((text) => result.alarms?.includes(text) !== true);
  for (const warning of others) terminal.note(oneLine(`warning: ${warning}`));
}
