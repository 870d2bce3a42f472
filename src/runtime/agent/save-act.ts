import { labelToUse } from '#core/agent/run-labels.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import type { Digest } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import { decide } from '#core/policy/decide.ts';
import { inKilobytes } from './in-kilobytes.ts';
import { knownYes } from '../policy/yes.ts';
import type { OutwardAct, PrepareAct } from './outward-act.ts';
import type { AgentPorts } from './ports.ts';
import type { RunRules } from '../policy/run-rules.ts';
import { labelOfPlanner } from './labelled-plan.ts';

/** Saving the answer as a file. */
export function saveAct(ports: Pick<AgentPorts, 'files' | 'sha256'>, rules: RunRules): PrepareAct {
  return (run, step, state, content, nonce) => {
    const name = typeof step.args['name'] === 'string' ? step.args['name'] : 'answer.md';
    const bytes = utf8(content);
    const contentDigest = hex(ports.sha256(bytes)) as Digest;
    const action = {
      tool: step.tool,
      run: run.id,
      step: step.id,
      arguments: step.args,
      contentDigest,
      host: null,
      label: labelToUse(run, state.sources),
      policy: rules.version(state),
      nonce,
    };
    const act: OutwardAct = {
      action,
      bytes: bytes.length,
      decide: async (yes) => {
        const request = {
          action,
          sink: 'file-export',
          channel: null,
          arguments: [
            { name: 'arguments', role: 'address', label: OWNER_TYPED },
            { name: 'content', role: 'content', label: action.label },
          ],
          planned: true,
          planner: labelOfPlanner(run),
          destructive: false,
        } as const;
        const verdicts = await rules.verdicts(request, run, state, bytes.length);
        const known = { ...knownYes(yes), channels: new Map<string, never>() };
        return decide(known, request, verdicts, ports.sha256);
      },
      card: {
        sentence: `Save 1 file, ${inKilobytes(bytes.length)}, as ${name}`,
        fileName: name,
        mediaType: 'text/markdown',
        content,
      },
      unknown: () =>
        Promise.resolve(
          'The app stopped while saving and cannot tell whether the file was written. Saving again may leave two copies.',
        ),
      perform: async (permitted) => {
        const permit = await permitted();
        if (!permit.ok) return permit;
        const saved = await ports.files.save(permit.value, action, bytes);
        return saved.ok
          ? ok({ ...saved.value })
          : err({
              code: ['denied', 'spent', 'drift'].includes(saved.error.code) ? 'denied' : 'io',
              message: saved.error.message,
            });
      },
      // Downloads cannot be read back; a file in the owner's folder can.
      readBack: async () => {
        const written = await ports.files.written(name, contentDigest);
        return written === null ? null : { name: written, where: 'folder' };
      },
    };
    return Promise.resolve(ok(act));
  };
}
