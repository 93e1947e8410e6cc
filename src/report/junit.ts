import type { BudgetResult, Result } from '../spec/result.js';
import { budgetFigure, isFailure } from './budget-words.js';
import { formatValue } from './format.js';
import { markup, render, type Markup } from './html-escape.js';
import { plain } from './text-table.js';

/** Budgets as a JUnit document: a suite per file and variant, a case per budget; warnings never fail. */
export function renderJunit(
  files: readonly { readonly file: string; readonly result: Result }[],
): string {
  const suites = files.flatMap(({ file, result }) => [
    ...result.variants.map((variant) => suite(`${file}: ${variant.name}`, file, variant.budgets)),
    ...(result.hypothesis === null
      ? []
      : [suite(`${file}: hypothesis`, file, result.hypothesis.expectations)]),
  ]);
  const budgets = files.flatMap(({ result }) => [
    ...result.variants.flatMap((variant) => variant.budgets),
    ...(result.hypothesis?.expectations ?? []),
  ]);
  const page = markup`<?xml version="1.0" encoding="UTF-8"?>
    <testsuites
      name="faultline"
      tests="${budgets.length}"
      failures="${budgets.filter(isFailure).length}"
    >
      ${suites}</testsuites
    > `;
  return render(page);
}

/** Value, interval and limit of a budget in one line of plain text. */
export function budgetMessage(budget: BudgetResult): string {
  const limit = budget.limit === null ? '' : `, limit ${formatValue(budget.limit, budget.unit)}`;
  const undecided = budget.verdict === 'inconclusive' && budget.strict === true;
  return plain(`${undecided ? 'undecided, and strict: ' : ''}${budgetFigure(budget)}${limit}`);
}

function suite(name: string, file: string, budgets: readonly BudgetResult[]): Markup {
  const cases = budgets.map((budget) => testCase(file, budget));
  return markup`<testsuite
    name="${name}"
    tests="${budgets.length}"
    failures="${budgets.filter(isFailure).length}"
    skipped="${budgets.filter((b) => b.verdict === 'inconclusive' && !isFailure(b)).length}"
  >
    ${cases}</testsuite
  > `;
}

function testCase(file: string, budget: BudgetResult): Markup {
  const message = budgetMessage(budget);
  const name = budget.name ?? budget.text;
  const body = isFailure(budget)
    ? markup`<failure message="${message}" type="budget">${budget.text}: ${message}</failure>`
    : budget.verdict === 'inconclusive'
      ? markup`<skipped message="inconclusive: ${message}" />`
      : markup`<system-out>${message}</system-out>`;
  return markup`<testcase name="${name}" classname="${file}">${body}</testcase> `;
}
