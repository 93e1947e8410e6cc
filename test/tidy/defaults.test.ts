import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { nodesOf, placeOf, sourcesBelow } from './sources.js';

/** Fields whose values every switch must list, so that a new value does not compile until it is handled. */
const KINDS = /(^|\.)(kind|verb|op|metric|discipline|unit|shape|strategy|lifecycle)$/;
/** Each with the reason why the names are not ours to list. */
const OPEN: Readonly<Record<string, string>> = {
  'src/model/faults/conditions.ts':
    'names of metrics: what it does not list is asked of the meters, as in the analysis',
};

/** Switches over kinds with a default that accepts unknown kinds. */
function silentDefaults(): readonly string[] {
  return sourcesBelow('src')
    .filter(({ path }) => OPEN[path] === undefined)
    .flatMap((source) =>
      nodesOf(source).flatMap((node) => {
        if (!ts.isSwitchStatement(node) || !KINDS.test(node.expression.getText())) return [];
        const clause = node.caseBlock.clauses.find(ts.isDefaultClause);
        if (clause === undefined || isChecked(node.expression.getText(), clause)) return [];
        return [`${placeOf(source, clause)} list the other cases of ${node.expression.getText()}`];
      }),
    );
}

/** Otherwise the type is narrowed: it `satisfies` a type, or is passed to a function whose parameter has one. */
function isChecked(discriminant: string, clause: ts.DefaultClause): boolean {
  const text = clause.statements.map((one) => one.getText()).join(' ');
  const owner = discriminant.replace(/\.\w+$/, '');
  return (
    / satisfies /.test(text) || new RegExp(`Of\\(${owner.replaceAll('.', '\\.')}\\b`).test(text)
  );
}

describe('switches over kinds', () => {
  it('list every kind, so that a new one is a type error and no silent default', () => {
    expect(silentDefaults()).toEqual([]);
  });
});
