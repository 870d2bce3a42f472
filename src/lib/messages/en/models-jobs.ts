import type { Message } from '../message.ts';

export const modelsJobs = {
  'jobs.title': 'Which model helps with what',
  'jobs.lead':
    'Each of these works without a model, by rules. A model that you choose here is asked when there is something to do for it, and what it says is checked: a sentence that its sources do not support is not shown as an answer.',
  'jobs.without': 'Without a model',
  'jobs.device': 'On this device',
  'jobs.gone-model': '{model} (gone)',
  'jobs.gone-group': 'No longer there',
  'jobs.gone-device':
    'This model is no longer on this device. Until you choose another one, it is done without a model.',
  'jobs.gone-provider': 'Its provider was removed. Until you choose another one, it is done without a model.',
  'jobs.gone-listed': '{name} no longer lists this model. Asking it may fail.',
  'jobs.list-lead': 'Models of a provider can be chosen when it has listed them:',
  'jobs.save': 'Save the choice',
  'jobs.saved': 'Which model helps with what is saved.',
  'jobs.unsaved': 'Not saved yet',
  'jobs.stays': 'Nothing leaves this device for it.',
  'jobs.answering': 'Answering questions from your files',
  'jobs.answering.without': 'Answers are sentences and rows of your files, word for word.',
  'jobs.answering.sends':
    'Each question goes to {host}, with the passages that were found for it. You see it to the byte first, and say yes or no.',
  'jobs.wording': 'Wording of answers',
  'jobs.wording.without': 'Sentences stay as they stand in your files.',
  'jobs.wording.sends':
    'The sentences of each answer that was found go to {host}, to be worded more fluently. You see them to the byte first, and say yes or no.',
  'jobs.planning': 'Planning what no method fits',
  'jobs.planning.without': 'A goal that no method fits is not run, and you are told what is understood instead.',
  'jobs.planning.sends':
    'A goal that no method fits goes to {host} as you typed it, and nothing of your files with it.',
  'jobs.clearance.public':
    'Your words are private, and {name} may have only what is public: until you change that, it is not asked.',
  'jobs.clearance.private': 'It goes without asking, within the limits of {name}.',
} as const satisfies { readonly [key: string]: Message };
