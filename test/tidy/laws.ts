import ts from 'typescript';
import { nodesOf } from './sources.js';
import type { Source } from './sources.js';

const ASSERT = /^(invariant|broken)$/;

/** The asserts of a file: statements that call `invariant` or `broken`. */
export function lawsOf(source: Source): readonly ts.ExpressionStatement[] {
  return nodesOf(source).filter(
    (node): node is ts.ExpressionStatement =>
      ts.isExpressionStatement(node) &&
      ts.isCallExpression(node.expression) &&
      ASSERT.test(node.expression.expression.getText(source.tree)),
  );
}

/** Lines of a file that contain only asserts. */
export function linesOfLaws(source: Source): number {
  const { tree } = source;
  const lineOf = (at: number): number => tree.getLineAndCharacterOfPosition(at).line;
  return lawsOf(source).reduce(
    (sum, law) => sum + lineOf(law.getEnd()) - lineOf(law.getStart(tree)) + 1,
    0,
  );
}
