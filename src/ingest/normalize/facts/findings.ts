/** Collects facts together with where each came from; a fact that is already there is kept. */
import type { FactName, FactOrigin, ModelFacts } from "../../../db/facts.ts";

export class Findings {
  readonly facts: Partial<ModelFacts> = {};
  readonly origins: Partial<Record<FactName, FactOrigin>> = {};

  add<N extends FactName>(name: N, value: ModelFacts[N], origin: FactOrigin): void {
    if (value === null || this.facts[name] !== undefined) return;
    this.facts[name] = value;
    this.origins[name] = origin;
  }
}
