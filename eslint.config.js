import ts from 'typescript-eslint';
import svelte from 'eslint-plugin-svelte';

const network = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'WebTransport', 'RTCPeerConnection'];
const impure = [
  'Date',
  'crypto',
  'performance',
  'setTimeout',
  'setInterval',
  'queueMicrotask',
  'indexedDB',
  'localStorage',
  'navigator',
  'self',
  'window',
  'document',
  'globalThis',
];
/** @param {string[]} names @returns {import('eslint').Linter.RulesRecord} */
const ban = (names) => ({ 'no-restricted-globals': ['error', ...names] });
const noRandom = {
  'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'take a Random port' }],
};

export default ts.config(
  {
    ignores: [
      '**/.svelte-kit',
      'build',
      'node_modules',
      'static',
      'tests/architecture/*.cjs',
      '*.config.js',
      '**/*.mjs',
      'header-rules.js',
      'verifier-page.js',
    ],
  },
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  { languageOptions: { parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] } } },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
  {
    rules: {
      // A number in a message is clear as it stands.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      // Addresses are built from constants and ids, not resolved from a base path: the app is served at the root.
      'svelte/no-navigation-without-resolve': 'off',
      // Collections that drive the interface are replaced, not changed in place.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    files: ['src/**', 'workers/**'],
    rules: {
      ...ban(network),
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  { files: ['src/{core,ports,runtime}/**'], rules: { ...ban([...network, ...impure]), ...noRandom } },
  {
    files: ['src/adapters/http/**', 'src/cli/**', 'workers/{lockdown,service-worker}.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    files: ['tests/**', 'evals/**'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
);
