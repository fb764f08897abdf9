import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { CHART } from './chart.ts';

const Target = z.object({ expr: z.string(), refId: z.string() });
const Dashboard = z.object({
  templating: z.object({
    list: z.array(
      z.object({ name: z.string(), type: z.string(), definition: z.string().optional() }),
    ),
  }),
  panels: z.array(
    z.object({
      id: z.number(),
      title: z.string(),
      description: z.string().optional(),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z.array(Target).optional(),
    }),
  ),
});
export type Dashboard = z.output<typeof Dashboard>;

export interface PanelQuery {
  readonly panel: string;
  readonly expr: string;
}

export async function readDashboard(): Promise<Dashboard> {
  const file = path.join(CHART, 'files/dashboard.json');
  return Dashboard.parse(JSON.parse(await readFile(file, 'utf8')));
}

/** Every query of every panel, with these values for the variables, as Grafana would send it. */
export function queriesOf(
  { panels }: Dashboard,
  variables: Readonly<Record<string, string>>,
): readonly PanelQuery[] {
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ panel: title, expr: interpolate(expr, variables) })),
  );
}

/** Puts values in place of `$name`. Throws for a variable that the dashboard does not have. */
export function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(\w+)/g, (_all, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`the dashboard has no variable ${name}`);
    return value;
  });
}
