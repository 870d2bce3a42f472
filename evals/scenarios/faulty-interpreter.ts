import { err } from '#core/base/result.ts';
import type { Run } from '#core/agent/run.ts';
import type { StepId } from '#core/base/ids.ts';
import type { RunInterpreter } from '#runtime/agent/run-interpreter.ts';
import type { Fault } from './scenario.ts';

/** What a fault does to the stage; each at a set place of the run. */
export interface Strikes {
  readonly dies: () => void;
  readonly stops: () => Promise<unknown>;
  readonly deletes: (path: string) => Promise<unknown>;
  readonly forbids: (path: string) => Promise<unknown>;
  readonly loses: (path: string) => void;
  readonly changes: (path: string) => void;
  /** What struck so far, over all tabs. */
  readonly struck: { died: boolean; failed: number };
}

/** The same interpreter, with what goes wrong between the plan and its steps, and in them. */
export function faultyInterpreter(own: RunInterpreter, fault: Fault | undefined, strikes: Strikes): RunInterpreter {
  if (fault === undefined) return own;
  const toolOf = (run: Run, id: StepId): string => run.plan?.steps.find((step) => step.id === id)?.tool ?? '';
  return {
    plan: async (run, state, helped) => {
      const planned = await own.plan(run, state, helped);
      if (fault.kind === 'file-deleted') await strikes.deletes(fault.file);
      if (fault.kind === 'file-forbidden') await strikes.forbids(fault.file);
      if (fault.kind === 'bytes-lost') strikes.loses(fault.file);
      if (fault.kind === 'bytes-changed') strikes.changes(fault.file);
      return planned;
    },
    runStep: async (run, step, state, signal, progress) => {
      const tool = toolOf(run, step);
      if (fault.kind === 'cancelled' && fault.at === tool) await strikes.stops();
      if (fault.kind === 'tab-dies' && fault.at === tool && !strikes.struck.died) {
        strikes.struck.died = true;
        strikes.dies();
      }
      if (fault.kind === 'step-fails' && fault.tool === tool) {
        strikes.struck.failed++;
        if (strikes.struck.failed <= fault.times) return err({ code: 'io', message: 'The disk did not answer.' });
      }
      return own.runStep(run, step, state, signal, progress);
    },
    doneBy: (run, step) => own.doneBy(run, step),
    mayRetry: (error, attempt) => own.mayRetry(error, attempt),
    ask: (run, step, state, again) => own.ask(run, step, state, again),
    stillCovers: (approval, run, state) => own.stillCovers(approval, run, state),
    whyAnew: (run, state, used) => own.whyAnew(run, state, used),
    act: (run, step, state, stopped) => own.act(run, step, state, stopped),
    reconcile: (run, step, state) => own.reconcile(run, step, state),
    verify: (run, state) => own.verify(run, state),
    forget: () => own.forget(),
    finished: (step, observed) => own.finished(step, observed),
  };
}
