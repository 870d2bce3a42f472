/** Who may import whom. Read top to bottom: each layer lists all that it may see. */
const may = {
  'src/core': ['src/core'],
  'src/ports': ['src/ports', 'src/core'],
  'src/adapters': ['src/adapters', 'src/ports', 'src/core'],
  'src/runtime': ['src/runtime', 'src/ports', 'src/core'],
  'src/lib': ['src/lib', 'src/runtime/contract', 'src/core', 'src/adapters/window', 'workers'],
  'src/cli': ['src/cli', 'evals', 'tests/bench', 'src/core', 'src/ports', 'src/adapters', 'src/runtime', 'tests/fakes'],
  'src/verifier': ['src/verifier', 'src/core', 'src/adapters/noble', 'src/adapters/platform', 'src/adapters/zip'],
  'src/routes': ['src/routes', 'src/lib'],
  workers: ['workers', 'src/trusted', 'src/core', 'src/ports', 'src/adapters', 'src/runtime'],
  evals: ['evals', 'src/core', 'src/ports', 'src/adapters', 'src/runtime', 'tests/fakes'],
};

/** Each package is named in one place only. */
const only = {
  dexie: 'src/adapters/indexeddb',
  'idb-keyval': 'src/adapters/(keyval|window)',
  comlink: '(workers|src/lib/client)',
  'bits-ui': 'src/lib/components',
  'chrono-node': 'src/adapters/chrono',
  compromise: 'src/adapters/compromise',
  'ical.js': 'src/adapters/ical',
  'postal-mime': 'src/adapters/mail',
  papaparse: 'src/adapters/csv',
  fflate: 'src/adapters/zip',
  parse5: 'src/adapters/html',
  'pdfjs-dist': 'src/adapters/pdf',
  mammoth: 'src/adapters/docx',
  marked: 'src/adapters/markdown',
  'temporal-polyfill': 'src/adapters/(temporal|chrono)',
  'windows-iana': 'src/adapters/temporal',
  'age-encryption': 'src/adapters/age',
  '@cedar-policy/cedar-wasm': 'src/adapters/cedar',
  '@cfworker/json-schema': 'src/adapters/json-schema',
  '@huggingface/transformers': 'src/adapters/transformers',
  'onnxruntime-web': 'src/adapters/transformers',
};

/** Inside the core: every folder may see base and itself, and these. */
const core = {
  base: [],
  identity: [],
  labels: [],
  items: ['labels', 'models'],
  text: [],
  spend: [],
  grammar: [],
  models: ['spend'],
  audit: ['identity', 'items', 'tools', 'agent'],
  policy: ['labels', 'identity'],
  channels: ['policy', 'labels'],
  tools: ['policy', 'items', 'text', 'models'],
  planner: ['tools', 'items', 'text', 'models'],
  scheduler: ['planner'],
  verifier: ['tools', 'text'],
  writing: ['models', 'tools', 'text', 'verifier'],
  agent: ['labels', 'identity', 'items', 'planner', 'scheduler', 'verifier', 'tools', 'policy', 'channels'],
  actors: ['agent', 'tools'],
};

module.exports = {
  forbidden: [
    {
      name: 'resolves',
      severity: 'error',
      from: {},
      to: {
        couldNotResolve: true,
        pathNot: '^(\\$app|\\$service-worker|\\./\\$types|#workers/.*\\?worker|onnxruntime-web/.*\\?url)',
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'core-packages',
      comment: 'pure computation only',
      severity: 'error',
      from: { path: '^src/core' },
      to: { path: 'node_modules', pathNot: 'node_modules/(@noble|zod)/' },
    },
    {
      name: 'runtime-packages',
      comment: 'the ports handed to it; never a package',
      severity: 'error',
      from: { path: '^src/(runtime|ports)' },
      to: { path: 'node_modules' },
    },
    {
      name: 'ungated-blobs',
      comment:
        'what files hold is read through blobs/source-gate.ts, for a purpose; else only written, or copied sealed',
      severity: 'error',
      from: {
        path: '^src/runtime/',
        pathNot: '^src/runtime/(blobs|backup|import|vault/migrate-profile)',
      },
      to: { path: '^src/ports/blob-store|^src/runtime/blobs/sealed-blob-store' },
    },
    {
      name: 'lib-worker-handle',
      comment: 'only the client starts workers and touches the window',
      severity: 'error',
      from: { path: '^src/lib/', pathNot: '^src/lib/client/' },
      to: { path: '^(workers|src/adapters)/' },
    },
    {
      name: 'training-apart',
      comment: 'what a model is judged by is never what it learns from, nor the other way round',
      severity: 'error',
      from: { path: '^evals/training/' },
      to: { path: '^(evals/(?!training/|write/)|tests/)' },
    },
    {
      name: 'judging-apart',
      severity: 'error',
      from: { path: '^evals/(?!training/)' },
      to: { path: '^evals/training/' },
    },
    ...Object.entries(may).map(([from, to]) => ({
      name: `layer:${from}`,
      severity: 'error',
      from: { path: `^${from}/` },
      to: { path: '^(src|workers|evals|tests)/', pathNot: to.map((folder) => `^${folder}`) },
    })),
    ...Object.entries(only).map(([name, where]) => ({
      name: `only:${name}`,
      severity: 'error',
      from: { path: '^(src|workers)/', pathNot: `^${where}` },
      to: { path: `node_modules/${name}/` },
    })),
    ...Object.entries(core).map(([from, to]) => ({
      name: `core:${from}`,
      severity: 'error',
      from: { path: `^src/core/${from}/` },
      to: { path: '^src/core/', pathNot: ['base', from, ...to].map((folder) => `^src/core/${folder}/`) },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.svelte'],
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'import', 'default'],
    },
  },
};
