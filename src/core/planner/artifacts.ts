/** `passages@2`: of the second part of a goal. */
export function artifactOf(name: string, part: number): string {
  return `${name}@${String(part)}`;
}

/** What kind of thing it is: `busy` of `busy:0@2`. */
export function artifactType(name: string): string {
  return plainArtifact(name).replace(/:.*$/, '');
}

/** What a tool calls an artifact, whichever part it is of. */
export function plainArtifact(name: string): string {
  return name.replace(/@\d+$/, '');
}
