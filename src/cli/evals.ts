import { scenariosCommand } from './eval-scenarios.ts';

/** `npm run evals`: whole runs (eval-scenarios.ts); with a word, what models read and call (eval-models.ts). */
const [what] = process.argv.slice(2);
if (what === 'goal-parsing' || what === 'tool-calls') await import('./eval-models.ts');
else
  process.exitCode = await scenariosCommand(process.argv.slice(2), {
    print: (line) => void process.stdout.write(`${line}\n`),
    warn: (line) => void process.stderr.write(`${line}\n`),
    stopped: (stop) => void process.once('SIGINT', stop),
  });
