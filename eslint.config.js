import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import tseslint from 'typescript-eslint';

/** The only sources that use Node. All others run in a browser as well. */
const NODE_FILES = JSON.parse(
  readFileSync(new URL('scripts/node-files.json', import.meta.url), 'utf8'),
);

/** ECMA-262 leaves these to the implementation: one bit of difference is another run. */
const INEXACT = [
  'acos',
  'acosh',
  'asin',
  'asinh',
  'atan',
  'atan2',
  'atanh',
  'cbrt',
  'cos',
  'cosh',
  'exp',
  'expm1',
  'hypot',
  'log',
  'log10',
  'log1p',
  'log2',
  'pow',
  'sin',
  'sinh',
  'tan',
  'tanh',
];

const bannedProperties = [
  ...INEXACT.map((property) => ({
    object: 'Math',
    property,
    message: 'differs between JS engines: use src/kernel/math.ts',
  })),
  { object: 'Math', property: 'random', message: 'draws come from src/kernel/rng.ts' },
  ...['toLocaleString', 'toLocaleLowerCase', 'toLocaleUpperCase', 'localeCompare'].map(
    (property) => ({
      property,
      message: 'depends on the locale: compare by code unit, format by src/text/figures.ts',
    }),
  ),
];

const bannedGlobals = [
  'Date',
  'Intl',
  'performance',
  'process',
  'Buffer',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'console',
  'fetch',
  'crypto',
  'require',
].map((name) => ({
  name,
  message: 'the core is pure: only scripts/node-files.json touches the outside world',
}));

const bannedImports = {
  paths: builtinModules.filter((name) => !name.startsWith('_')),
  patterns: [{ group: ['node:*'], message: 'only the files of scripts/node-files.json use Node' }],
};

const bannedSyntax = [
  { selector: 'ForInStatement', message: 'integer-like keys jump the order: use a Map' },
  { selector: "BinaryExpression[operator='**']", message: 'use powi or pow of src/kernel/math.ts' },
  {
    selector: "AssignmentExpression[operator='**=']",
    message: 'use powi or pow of src/kernel/math.ts',
  },
];

const styleSyntax = [
  { selector: 'ExportDefaultDeclaration', message: 'named exports only' },
  { selector: 'ExportAllDeclaration', message: 'no barrels: name what is exported' },
  { selector: 'TSEnumDeclaration', message: 'use a const object' },
  { selector: 'TSModuleDeclaration', message: 'no namespaces' },
];

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', '.cache/', 'coverage/', 'reports/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strict],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
      'no-constant-binary-expression': 'error',
      'no-control-regex': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // The index of a typed array or of a table that the plan has checked is never out of range.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      // The name of a shape's values: without it declarations repeat all of its fields at each use.
      '@typescript-eslint/no-empty-object-type': [
        'error',
        { allowInterfaces: 'with-single-extends' },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 500 }],
      'no-restricted-syntax': ['error', ...styleSyntax],
    },
  },
  // Their asserts do not count towards the length of a file: the tests of the style count the other lines.
  {
    files: ['src/kernel/**/*.ts', 'src/model/**/*.ts'],
    rules: { 'max-lines': 'off' },
  },
  // Declarations that are read field by field, and one switch over all opcodes, are not split.
  {
    files: [
      'src/contracts/scenario/*.ts',
      'src/scenario/schema/*.ts',
      'src/model/path/interpreter.ts',
    ],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['src/**/*.ts'],
    // A page has the globals of a browser: its figures come from the report.
    ignores: ['src/cli/**', 'src/browser/page/**'],
    rules: {
      'no-restricted-properties': ['error', ...bannedProperties],
      'no-restricted-globals': ['error', ...bannedGlobals],
      'no-restricted-syntax': ['error', ...styleSyntax, ...bannedSyntax],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [...NODE_FILES, 'src/browser/page/**'],
    rules: {
      'no-restricted-imports': ['error', bannedImports],
      'no-restricted-globals': ['error', ...bannedGlobals],
    },
  },
  // The registry collects the patterns from the one index that names them all.
  {
    files: ['src/patterns/index.ts'],
    rules: { 'no-restricted-syntax': ['error', ...bannedSyntax] },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
    },
  },
);
