export const helper = () => "the helper";

// biome-ignore lint/style/noDefaultExport: one of the ways in which a task may be exported
export default (input) => `default ${input}`;
