// Finds the places of a source where one small error can be planted, and the text of that error.
import ts from 'typescript';

const K = ts.SyntaxKind;
/** By operator: its replacement, and the name of the error. */
const SWAPS = new Map([
  [K.LessThanToken, ['<=', 'bound']],
  [K.LessThanEqualsToken, ['<', 'bound']],
  [K.GreaterThanToken, ['>=', 'bound']],
  [K.GreaterThanEqualsToken, ['>', 'bound']],
  [K.EqualsEqualsEqualsToken, ['!==', 'condition']],
  [K.ExclamationEqualsEqualsToken, ['===', 'condition']],
  [K.AmpersandAmpersandToken, ['||', 'condition']],
  [K.BarBarToken, ['&&', 'condition']],
  [K.PlusToken, ['-', 'arithmetic']],
  [K.MinusToken, ['+', 'arithmetic']],
  [K.AsteriskToken, ['/', 'arithmetic']],
  [K.SlashToken, ['*', 'arithmetic']],
  [K.PercentToken, ['*', 'arithmetic']],
  [K.PlusEqualsToken, ['-=', 'arithmetic']],
  [K.MinusEqualsToken, ['+=', 'arithmetic']],
]);
/** Calls that check an invariant or build a message: an error in them is not an error of the model. */
const LAWS = new Set(['invariant', 'audit', 'define', 'fail']);
/** Functions that only check laws. */
const AUDIT = /^audit/;
/** Calls whose result does not depend on the order of their arguments. */
const SYMMETRIC = /^Math\./;
/** Counters that are only compared for equality: decrementing them works as well. */
const STAMPS = /\b(stamp|generations?|epoch|life|turn)(\[[^\]]*\])?$/;
const EXTREMES = { 'Math.min': 'Math.max', 'Math.max': 'Math.min' };

/**
 * Every mutant of a source, in the order of the text: `start` and `end` of the replaced part, `after`, the text that
 * replaces it, and `form`: an expression, a removed statement or a body that returns at once.
 */
export function mutantsOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found = [];
  visit(source, false, (node, kind, after, form = 'expression') => {
    const start = node.getStart(source);
    const { line, character } = source.getLineAndCharacterOfPosition(start);
    const end = form === 'return' ? start : node.getEnd();
    const before = node.getText(source);
    found.push({
      file,
      line: line + 1,
      column: character + 1,
      start,
      end,
      kind,
      before,
      after,
      form,
    });
  });
  // An early return comes before the first statement of a body, and before any mutant in that statement.
  const isReturn = ({ form }) => Number(form === 'return');
  return found.sort(
    (a, b) =>
      a.start - b.start ||
      isReturn(b) - isReturn(a) ||
      b.end - a.end ||
      (a.after < b.after ? -1 : 1),
  );
}

/** Code that runs while the module is loaded runs before an error can be switched on, so it gets none. */
function visit(node, isInside, add) {
  if (isSkipped(node)) return;
  if (isInside) plant(node, add);
  const isBody = ts.isFunctionLike(node) || ts.isPropertyDeclaration(node);
  ts.forEachChild(node, (child) => visit(child, isInside || isBody, add));
}

function isSkipped(node) {
  if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
    return true;
  if (ts.isImportDeclaration(node) || ts.isThrowStatement(node) || ts.isTemplateExpression(node))
    return true;
  if (ts.isIfStatement(node) && /\baudited$/.test(node.expression.getText())) return true;
  if (ts.isMethodDeclaration(node) || ts.isFunctionDeclaration(node))
    return AUDIT.test(node.name?.getText() ?? '');
  return ts.isCallExpression(node) && LAWS.has(nameOf(node.expression));
}

function nameOf(expression) {
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
}

function plant(node, add) {
  if (ts.isBinaryExpression(node)) operator(node, add);
  else if (ts.isNumericLiteral(node)) constant(node, add);
  else if (node.kind === K.TrueKeyword) add(node, 'condition', 'false');
  else if (node.kind === K.FalseKeyword) add(node, 'condition', 'true');
  else if (ts.isPrefixUnaryExpression(node)) prefix(node, add);
  else if (ts.isPostfixUnaryExpression(node)) step(node, add);
  else if (ts.isCallExpression(node)) call(node, add);
  else if (ts.isConditionalExpression(node)) bare(node.condition, add);
  else if (ts.isIfStatement(node)) branch(node, add);
  else if (ts.isWhileStatement(node)) bare(node.expression, add);
  else if (ts.isExpressionStatement(node)) removed(node, add);
  if (ts.isFunctionLike(node)) body(node, add);
}

function operator(node, add) {
  const { left, right, operatorToken } = node;
  const [a, b] = [left.getText(), right.getText()];
  if (operatorToken.kind === K.QuestionQuestionToken) {
    add(node, 'condition', b);
    return;
  }
  const swap = SWAPS.get(operatorToken.kind);
  if (swap === undefined) return;
  if (swap[1] === 'bound' && isExtreme(node)) return;
  if (swap[1] === 'arithmetic' && (/['"`]/.test(a) || /['"`]/.test(b))) return;
  const isLogic = swap[0] === '&&';
  add(node, swap[1], isLogic ? `(${a}) && (${b})` : `${a} ${swap[0]} ${b}`);
}

/** `if (a > b) b = a`: equal values give the same result either way. */
function isExtreme({ left, right, parent }) {
  if (!ts.isIfStatement(parent) || parent.elseStatement !== undefined) return false;
  const then = parent.thenStatement;
  const only = ts.isBlock(then) && then.statements.length === 1 ? then.statements[0] : then;
  if (!ts.isExpressionStatement(only) || !ts.isBinaryExpression(only.expression)) return false;
  const { left: to, right: from, operatorToken } = only.expression;
  if (operatorToken.kind !== K.EqualsToken) return false;
  const compared = [left.getText(), right.getText()];
  return compared.includes(to.getText()) && compared.includes(from.getText());
}

function constant(node, add) {
  const { parent } = node;
  // Names, labels, array indices and bit masks are not quantities.
  if (ts.isPropertyAssignment(parent) && parent.name === node) return;
  if (ts.isCaseClause(parent) || ts.isElementAccessExpression(parent) || ts.isNewExpression(parent))
    return;
  if (ts.isBinaryExpression(parent) && parent.operatorToken.getText().match(/^([&|^]|<<|>>>?)=?$/))
    return;
  if (isFiller(node)) return;
  // A number of which only the sign matters means the same with another value.
  if (ts.isPrefixUnaryExpression(parent) && parent.operator === K.MinusToken) return;
  const value = Number(node.text);
  add(node, 'constant', value === 1 ? '2' : String(value + 1));
}

/** Trailing zeros in the arguments of an event, which its handler does not read. */
function isFiller(node) {
  const { parent } = node;
  if (!ts.isCallExpression(parent) || node.text !== '0') return false;
  if (!/\bengine\.(at|soon)$/.test(parent.expression.getText())) return false;
  const rest = parent.arguments.slice(parent.arguments.indexOf(node));
  return parent.arguments.indexOf(node) > 2 && rest.every((one) => one.getText() === '0');
}

function prefix(node, add) {
  if (node.operator === K.ExclamationToken) add(node, 'condition', node.operand.getText());
  else step(node, add);
}

function step(node, add) {
  const isUp = node.operator === K.PlusPlusToken;
  if (!isUp && node.operator !== K.MinusMinusToken) return;
  // A runaway loop is detected anyway.
  if (ts.isForStatement(node.parent)) return;
  const text = node.operand.getText();
  if (STAMPS.test(text)) return;
  const sign = isUp ? '--' : '++';
  add(node, 'arithmetic', ts.isPrefixUnaryExpression(node) ? sign + text : text + sign);
}

function call(node, add) {
  const name = node.expression.getText();
  const [a, b, ...rest] = node.arguments.map((argument) => argument.getText());
  if (EXTREMES[name] !== undefined) {
    const inner = node.arguments.map((argument) => argument.getText()).join(', ');
    add(node, 'bound', `${EXTREMES[name]}(${inner})`);
  }
  if (b === undefined || a === b || SYMMETRIC.test(name)) return;
  if (!node.arguments.slice(0, 2).every(isPlain)) return;
  add(node, 'arguments', `${name}(${[b, a, ...rest].join(', ')})`);
}

const isPlain = (node) =>
  ts.isIdentifier(node) ||
  ts.isPropertyAccessExpression(node) ||
  ts.isElementAccessExpression(node);

/** A condition without an operator of its own that could be inverted. */
function bare(condition, add) {
  if (ts.isBinaryExpression(condition) || ts.isPrefixUnaryExpression(condition)) return;
  if (condition.kind === K.TrueKeyword) return;
  add(condition, 'condition', `!(${condition.getText()})`);
}

function branch(node, add) {
  bare(node.expression, add);
  if (node.elseStatement !== undefined) return;
  const only = ts.isBlock(node.thenStatement)
    ? node.thenStatement.statements[0]
    : node.thenStatement;
  if (only === undefined || !(ts.isReturnStatement(only) || ts.isContinueStatement(only))) return;
  add(node, 'removed', '', 'statement');
}

function removed(node, add) {
  const { expression } = node;
  if (isSkipped(expression)) return;
  if (ts.isCallExpression(expression) && expression.expression.kind === K.SuperKeyword) return;
  if (ts.isStringLiteral(expression)) return;
  // A missing field is detected at its first use.
  if (isConstructor(node.parent?.parent) && expression.getText().startsWith('this.')) return;
  add(node, 'removed', '', 'statement');
}

const isConstructor = (node) => node !== undefined && ts.isConstructorDeclaration(node);

/** A body of several statements that returns no value. */
function body(node, add) {
  if (ts.isConstructorDeclaration(node) || node.body === undefined || !ts.isBlock(node.body))
    return;
  const { statements } = node.body;
  if (statements.length < 2 || returnsValue(node.body)) return;
  add(statements[0], 'early return', 'return;', 'return');
}

function returnsValue(node) {
  if (ts.isFunctionLike(node)) return false;
  if (ts.isReturnStatement(node) && node.expression !== undefined) return true;
  return ts.forEachChild(node, (child) => returnsValue(child) || undefined) ?? false;
}
