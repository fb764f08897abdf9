import { ROWS } from './answers.ts';
import { managed, rowsAnswer, UNLIMITED, type Engine } from './engine.ts';

/** The tenant has an organization for each of THE's 60 institutions, and one that people made. */
export async function bringInSync(engine: Engine, spec: object = UNLIMITED): Promise<void> {
  engine.auth0.seed([...managed(ROWS), { name: 'staff', display_name: 'Staff' }]);
  engine.answer = rowsAnswer(ROWS);
  const { fault } = await engine.sync(spec);
  if (fault !== undefined) throw fault;
  engine.auth0.requests.clear();
}
