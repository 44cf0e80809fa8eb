/** What users of Lightning are told about the steps they see. */
export const LIGHTNING_STEPS =
  "Lightning logs steps counted from 0; they are shown as in the names of its checkpoints, from 1";
