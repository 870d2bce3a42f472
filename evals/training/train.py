"""Trains the goal reader on one thread and writes its weights.

    python3 train.py EXAMPLES VALIDATION BATCHES WEIGHTS

EXAMPLES and VALIDATION are what write-examples.ts writes, with different seeds. WEIGHTS gets the int8 weights as
src/adapters/goal-reader/weights.ts reads them; WEIGHTS.check.json some inputs with what they must give.
The same examples and number of batches give the same bytes on the same kind of processor, however busy it is: one thread,
fixed seeds, algorithms that add in one order.
Debian: apt-get install python3-torch libopenblas0-pthread
"""

import os

# Before the libraries that read it: sums over several threads come in no fixed order.
os.environ['OPENBLAS_NUM_THREADS'] = os.environ['OMP_NUM_THREADS'] = '1'

import json
import math
import random
import struct
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

WIDTH, LAYERS, HEADS, HIDDEN, WORDS_MAX = 128, 2, 4, 384, 48
BATCH, RATE = 96, 2e-3
# Of its own grammar the model is always sure: choose-surety.ts writes the right one in this one's place.
TEMPERATURE = 1
torch.manual_seed(0)
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


class MatMul(torch.autograd.Function):
    """Debian's torch multiplies batches in a slow loop; numpy hands them to OpenBLAS."""

    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return torch.from_numpy(np.matmul(a.numpy(), b.numpy()))

    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        g = g.contiguous().numpy()
        back = lambda x: np.ascontiguousarray(x.numpy().swapaxes(-1, -2))
        return torch.from_numpy(np.matmul(g, back(b))), torch.from_numpy(np.matmul(back(a), g))


def matmul(a, b):
    return MatMul.apply(a.contiguous(), b.contiguous())


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.before = nn.LayerNorm(WIDTH)
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.join = nn.Linear(WIDTH, WIDTH)
        self.between = nn.LayerNorm(WIDTH)
        self.up = nn.Linear(WIDTH, HIDDEN)
        self.down = nn.Linear(HIDDEN, WIDTH)

    def forward(self, x, mask, drop):
        batch, length, _ = x.shape
        each = WIDTH // HEADS
        q, k, v = self.qkv(self.before(x)).view(batch, length, 3, HEADS, each).permute(2, 0, 3, 1, 4)
        weights = (matmul(q, k.transpose(-1, -2)) / math.sqrt(each) + mask).softmax(-1)
        joined = matmul(weights, v).transpose(1, 2).reshape(batch, length, WIDTH)
        x = x + F.dropout(self.join(joined), drop, self.training)
        return x + F.dropout(self.down(F.relu(self.up(self.between(x)))), drop, self.training)


class Reader(nn.Module):
    def __init__(self, head):
        super().__init__()
        self.words = nn.Embedding(head['words'], WIDTH)
        self.runs = nn.Embedding(head['runs'], WIDTH)
        self.marks = nn.Embedding(head['marks'], WIDTH)
        self.places = nn.Embedding(WORDS_MAX + 1, WIDTH)
        self.goal = nn.Parameter(torch.zeros(WIDTH))
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.last = nn.LayerNorm(WIDTH)
        self.form = nn.Linear(WIDTH, len(head['forms']))
        self.tag = nn.Linear(WIDTH, 1 + 2 * len(head['slots']))
        for table in (self.words, self.runs, self.marks, self.places):
            nn.init.normal_(table.weight, 0, 0.05)

    def forward(self, batch, drop=0.0):
        size, length = batch['word'].shape
        words = self.words(batch['word'])
        if self.training:
            words = words * (torch.rand(size, length, 1) > 0.2).float()
        runs = F.embedding_bag(batch['runs'], self.runs.weight, batch['run_at'], mode='mean').view(size, length, WIDTH)
        marks = F.embedding_bag(batch['marks'], self.marks.weight, batch['mark_at'], mode='sum').view(size, length, WIDTH)
        goal = self.goal.view(1, 1, WIDTH).expand(size, 1, WIDTH)
        x = torch.cat([goal, words + runs + marks], 1) + self.places.weight[: length + 1]
        mask = torch.cat([torch.zeros(size, 1), batch['mask']], 1).view(size, 1, 1, length + 1)
        for layer in self.layers:
            x = layer(x, mask, drop)
        x = self.last(x)
        return self.form(x[:, 0]), self.tag(x[:, 1:])


def read(path):
    """The head and the examples: (form, word rows, runs, marks, tags), words of all examples in one table."""
    table, examples = [], []
    with open(path) as file:
        head = json.loads(next(file))
        for line in file:
            row = json.loads(line)
            if row[0] == 'w':
                table.append((row[1], row[2]))
            elif row[1]:
                examples.append(row)
    return head, table, examples


def batch_of(rows, table):
    length = max(len(row[1]) for row in rows)
    word = np.zeros((len(rows), length), dtype=np.int64)
    mask = np.full((len(rows), length), -1e9, dtype=np.float32)
    tags = np.full((len(rows), length), -100, dtype=np.int64)
    runs, run_at, marks, mark_at = [], [], [], []
    for i, (_, words, marked, tagged) in enumerate(rows):
        mask[i, : len(words)] = 0
        tags[i, : len(words)] = tagged
        for j in range(length):
            run_at.append(len(runs))
            mark_at.append(len(marks))
            if j < len(words):
                row, pieces = table[words[j]]
                word[i, j] = row
                runs.extend(pieces)
                marks.extend(marked[j])
    as_long = lambda values: torch.tensor(values, dtype=torch.long)
    return {
        'word': torch.from_numpy(word), 'mask': torch.from_numpy(mask), 'tags': torch.from_numpy(tags),
        'runs': as_long(runs), 'run_at': as_long(run_at), 'marks': as_long(marks), 'mark_at': as_long(mark_at),
        'forms': torch.tensor([row[0] for row in rows]),
    }


def evaluate(model, rows, table):
    """Share of right forms, and of goals all right."""
    model.eval()
    forms, exact = 0, 0
    with torch.no_grad():
        for at in range(0, len(rows), 256):
            batch = batch_of(rows[at : at + 256], table)
            form, tag = model(batch)
            right = form.argmax(-1) == batch['forms']
            off = ((tag.argmax(-1) != batch['tags']) & (batch['tags'] != -100)).any(-1)
            forms += int(right.sum())
            exact += int((right & ~off).sum())
    model.train()
    return forms / len(rows), exact / len(rows)


def quantised(weight):
    """int8 by row: the row's largest value is 127."""
    scale = weight.abs().amax(1).clamp(min=1e-8) / 127
    return torch.round(weight / scale[:, None]).to(torch.int8), scale


def export(model, head, path, rows, table):
    """Matrices int8 with a scale a row, everything else float32; the model is left with what was written."""
    entries, blobs, at = [], [], 0
    with torch.no_grad():
        for name, value in model.named_parameters():
            if value.dim() == 2:
                small, scale = quantised(value)
                value.copy_(small.float() * scale[:, None])
                parts = [('int8', small.numpy().tobytes()), ('float32', scale.numpy().astype('<f4').tobytes())]
            else:
                parts = [('float32', value.numpy().astype('<f4').tobytes())]
            for kind, data in parts:
                at += -at % 4
                entries.append({'name': name if kind == 'int8' or len(parts) == 1 else name + '.scale', 'type': kind, 'shape': list(value.shape), 'at': at})
                blobs.append((at, data))
                at += len(data)
    shape = {'width': WIDTH, 'layers': LAYERS, 'heads': HEADS, 'hidden': HIDDEN, 'temperature': TEMPERATURE}
    text = json.dumps({**shape, 'forms': head['forms'], 'slots': head['slots'], 'weights': entries}, separators=(',', ':'))
    # Room for a longer temperature.
    text += ' ' * (8 + -(len(text) + 4) % 4)
    with open(path, 'wb') as file:
        file.write(struct.pack('<I', len(text)) + text.encode())
        start = file.tell()
        for offset, data in blobs:
            file.write(b'\0' * (start + offset - file.tell()) + data)
    model.eval()
    checks = []
    for row in rows:
        with torch.no_grad():
            form, tag = model(batch_of([row], table))
        rounded = lambda values: [round(float(value), 4) for value in values]
        words = [{'word': table[w][0], 'runs': table[w][1], 'marks': m} for w, m in zip(row[1], row[2])]
        checks.append({'words': words, 'form': rounded(form[0]), 'tags': [int(t) for t in tag[0].argmax(-1)]})
    with open(path + '.check.json', 'w') as file:
        json.dump(checks, file)


def main():
    source, proof, batches_max, path = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    head, table, examples = read(source)
    _, proof_table, proof_rows = read(proof)
    model = Reader(head)
    model.train()
    print('parameters', sum(p.numel() for p in model.parameters()), 'examples', len(examples), flush=True)
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=0.01)
    chance, begun, step = random.Random(1), time.process_time(), 0
    while step < batches_max:
        chance.shuffle(examples)
        # of about one length, so that little is filled up
        chunks = [sorted(examples[at : at + 50 * BATCH], key=lambda row: len(row[1])) for at in range(0, len(examples), 50 * BATCH)]
        batches = [chunk[at : at + BATCH] for chunk in chunks for at in range(0, len(chunk), BATCH)]
        chance.shuffle(batches)
        for rows in batches[: batches_max - step]:
            done = step / batches_max
            rate = RATE * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
            for group in optimiser.param_groups:
                group['lr'] = rate
            batch = batch_of(rows, table)
            form, tag = model(batch, 0.1)
            loss = F.cross_entropy(form, batch['forms']) + F.cross_entropy(tag.reshape(-1, tag.shape[-1]), batch['tags'].reshape(-1), ignore_index=-100)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            step += 1
            if step % 100 == 0:
                print(f'{step} of {batches_max}, {(time.process_time() - begun) / 60:.1f} min, loss {loss.item():.4f}', flush=True)
    print('validation', evaluate(model, proof_rows, proof_table), flush=True)
    export(model, head, path, proof_rows[:40], proof_table)
    print('int8', evaluate(model, proof_rows, proof_table), 'minutes', round((time.process_time() - begun) / 60, 1), flush=True)


if __name__ == '__main__':
    main()
