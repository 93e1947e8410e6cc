import type { Result } from '../../contracts/result/result.js';
import type { BudgetResult } from '../../contracts/result/budgets.js';
import { budgetFigure, isFailure, isUndecided } from '../view/budget-words.js';
import { GOALS, JUDGED_LISTS, judgedOf, type JudgedList } from '../view/judged.js';
import { formatValue } from '../../text/figures.js';
import { markup, type Markup, render } from '../base/html-escape.js';
import { oneLine, oneLineTexts, type Line, type OneLine } from '../../text/line.js';
import { unfinishedLines } from '../words/incomplete.js';

/** A suite of tests that are no budgets. */
export interface OtherSuite {
  readonly name: string;
  readonly cases: readonly {
    readonly name: string;
    readonly outcome: 'passed' | 'failed' | 'skipped';
    readonly message: string;
  }[];
}

/** A scenario with its result, and what else was tested about it. */
interface Tested {
  readonly file: string;
  readonly result: Result;
  readonly others?: readonly OtherSuite[];
}

/** Budgets and expectations as a JUnit document: a suite for each list of a variant, a case per entry; warnings never fail. */
export function renderJunit(checked: readonly Tested[]): string {
  // Lists of tests show a name on one line, and log it: a line end in an attribute would be one again after parsing.
  const files = oneLineTexts(checked);
  const suites = files.flatMap(({ file, result, others = [] }) => [
    ...result.variants.flatMap((variant) =>
      JUDGED_LISTS.flatMap((list) => {
        const own = list.of(variant);
        const name = `${file}: ${variant.name}${list.suite}${whatIfMark(result)}`;
        // A variant without anything to judge has a suite without tests, so that it is seen.
        const isShown = own.length > 0 || (list === GOALS && judgedOf(variant).length === 0);
        return isShown ? [suite(oneLine(name), file, own, list)] : [];
      }),
    ),
    ...(result.hypothesis === null
      ? []
      : [suite(oneLine(`${file}: hypothesis`), file, result.hypothesis.expectations, GOALS)]),
    ...unfinishedSuite(file, result),
    ...others.map((own) => otherSuite(file, own)),
  ]);
  const unfinished = files.reduce((sum, { result }) => sum + unfinishedLines(result).length, 0);
  const budgets = files.flatMap(({ result }) => [
    ...result.variants.flatMap(judgedOf),
    ...(result.hypothesis?.expectations ?? []),
  ]);
  const others = checked.flatMap((one) => one.others ?? []).flatMap(({ cases }) => cases);
  const page = markup`<?xml version="1.0" encoding="UTF-8"?>
    <testsuites
      name="faultline"
      tests="${budgets.length + unfinished + others.length}"
      failures="${budgets.filter(isFailure).length + failedOf(others)}"
      ${unfinished > 0 && markup`errors="${unfinished}"`}
    >
      ${suites}</testsuites
    > `;
  return render(page);
}

/** Suffix of a suite's name: changes of the command line. */
function whatIfMark(result: Result): string {
  const { whatIf } = result.scenario;
  return whatIf === undefined ? '' : ` (what if ${whatIf.set.join(', ')})`;
}

/** Value, interval and limit of a budget in one line of plain text. */
export function budgetMessage(budget: BudgetResult): Line {
  const limit =
    budget.limit === null || budget.applies === false
      ? ''
      : `, limit ${formatValue(budget.limit, budget.unit)}`;
  const undecided = isUndecided(budget) && budget.strict === true;
  return oneLine(`${undecided ? 'undecided, and strict: ' : ''}${budgetFigure(budget)}${limit}`);
}

function suite(
  name: Line,
  file: Line,
  budgets: readonly OneLine<BudgetResult>[],
  list: JudgedList,
): Markup {
  const cases = budgets.map((budget) => testCase(file, budget, list));
  return markup`<testsuite
    name="${name}"
    tests="${budgets.length}"
    failures="${budgets.filter(isFailure).length}"
    skipped="${budgets.filter(isSkipped).length}"
  >
    ${cases}</testsuite
  > `;
}

/** Whether a budget is neither held nor broken. */
function isSkipped(budget: BudgetResult): boolean {
  return budget.applies === false || (isUndecided(budget) && !isFailure(budget));
}

/** An error for each variant whose runs did not all finish. */
function unfinishedSuite(file: Line, result: OneLine<Result>): Markup[] {
  const lines = unfinishedLines(result);
  if (lines.length === 0) return [];
  const cases = lines.map(
    ({ variant, text }) =>
      markup`<testcase name="${variant} finishes" classname="${file}"><error message="${oneLine(text)}" type="guard" /></testcase> `,
  );
  return [
    markup`<testsuite
      name="${file}: runs"
      tests="${lines.length}"
      failures="0"
      errors="${lines.length}"
    >
      ${cases}</testsuite
    > `,
  ];
}

function failedOf(cases: OtherSuite['cases']): number {
  return cases.filter(({ outcome }) => outcome === 'failed').length;
}

function otherSuite(file: Line, { name, cases }: OneLine<OtherSuite>): Markup {
  const own = cases.map(({ name: what, outcome, message }) => {
    const body =
      outcome === 'failed'
        ? markup`<failure message="${message}" type="comparison">${message}</failure>`
        : outcome === 'skipped'
          ? markup`<skipped message="${message}" />`
          : markup`<system-out>${message}</system-out>`;
    return markup`<testcase name="${what}" classname="${file}">${body}</testcase> `;
  });
  return markup`<testsuite
    name="${oneLine(`${file}: ${name}`)}"
    tests="${cases.length}"
    failures="${failedOf(cases)}"
    skipped="${cases.filter(({ outcome }) => outcome === 'skipped').length}"
  >
    ${own}</testsuite
  > `;
}

function testCase(file: Line, budget: OneLine<BudgetResult>, list: JudgedList): Markup {
  const message = budgetMessage(budget);
  const name = budget.name ?? budget.text;
  const body = isFailure(budget)
    ? markup`<failure message="${message}" type="${list.noun}">${budget.text}: ${message}</failure>`
    : isSkipped(budget)
      ? markup`<skipped message="${budget.applies === false ? '' : 'inconclusive: '}${message}" />`
      : markup`<system-out>${message}</system-out>`;
  return markup`<testcase name="${name}" classname="${list.className ?? file}">${body}</testcase> `;
}
