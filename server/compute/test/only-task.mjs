export const LIMIT = 5;

export const only = (input) => `only ${input}`;
