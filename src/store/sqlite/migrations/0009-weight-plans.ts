/** The way of each period's weights to the chain: the plan as canonical JSON, its state beside it. */
export const weightPlans = `
CREATE TABLE weight_plans (
  period INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  plan TEXT NOT NULL
) STRICT;
CREATE INDEX weight_plans_open ON weight_plans (period) WHERE state NOT IN ('confirmed', 'missed');
`;
