/** `passages@2`: of the second part of a goal. */
export function artifactOf(name: string, part: number): string {
  return `${name}@${String(part)}`;
}

/** What a tool calls an artifact, whichever part it is of. */
export function plainArtifact(name: string): string {
  return name.replace(/@\d+$/, '');
}
