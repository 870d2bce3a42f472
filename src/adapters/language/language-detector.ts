import { languageOf } from '#core/text/language-profile.ts';
import type { LanguageDetector } from '#ports/language.ts';

/** Tells languages apart by script and common words; nothing to load. */
export const languageDetector: LanguageDetector = { detect: languageOf };
