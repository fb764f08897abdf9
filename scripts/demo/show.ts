import type { Ledger, Traffic } from './ledger.ts';
import type { DemoOptions } from './options.ts';
import type { Screen } from './screen.ts';
import type { Shell } from './shell.ts';
import type { Stage } from './stage.ts';

/** What every scene is played with. */
export interface Demo {
  readonly options: DemoOptions;
  readonly stage: Stage;
  readonly screen: Screen;
  readonly shell: Shell;
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
  /** Ends the demo: something that it needs has failed. */
  readonly fail: (why: Error) => void;
  /** One entry for each sync shown, in order. */
  readonly syncs: ShownSync[];
}

export interface ShownSync extends Traffic {
  readonly title: string;
  readonly seconds: number;
}

/** The namespace of the chart, of the Secret and of the InstitutionSync. */
export const NAMESPACE = 'institution-sync';
/** The name of the InstitutionSync. */
export const NAME = 'world';

/** Shows a command, runs it, and shows what it says. */
export async function show({ screen, shell }: Demo, line: string): Promise<void> {
  screen.command(line);
  const lines = await shell.run(line);
  screen.output(lines);
  await screen.pause(lines.join(' ').split(/\s+/).length);
}
