import { readQuestion } from '#core/tools/documents/question.ts';
for (const q of process.argv.slice(2)) console.log(JSON.stringify(readQuestion(q)));
