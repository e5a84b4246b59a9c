// Routines that the shipped config does not have: one that asks before it goes on, one that keeps its cluster.

export const ASKS = "asked";
export const KEEPS = "kept";
export const QUESTION = "Go on with the deploy?";

export const MORE_ROUTINES = `
[routines.${ASKS}]
description = "Bring the cluster up, ask, deploy, destroy."
steps = ["up", { approval = "${QUESTION}", time_limit = "4h" }, { deploy = "slack-middleware" }]
finally = ["down"]

[routines.${KEEPS}]
description = "Bring the cluster up and deploy."
steps = ["up", { deploy = "slack-middleware" }]
`;
