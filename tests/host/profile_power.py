"""What the effects of a profile can find: shares of simulated people, by effect and marks.

python tests/host/profile_power.py [PEOPLE]     a table in Markdown, as in profile/certainty.md
"""

import sys

import numpy as np
from simulated_person import Tag, simulate
from vagaband.profile.effects import effects_of

MARKS = (8, 15, 30, 60)
RSA_LN = (0.2, 0.3, 0.5, 0.8)
HP_MS = (20.0, 30.0, 50.0, 80.0)
OTHERS = 3  # tags without effect, marked as often: a claim must hold for all four


def power(marks: int, rsa_ln: float, hp_ms: float, people: int) -> tuple[float, float]:
    """Share of people of whom the effect on RSA, and on heart period, is claimed."""
    tags = [Tag("it", rsa_ln=rsa_ln, hp_ms=hp_ms, marks=marks)]
    tags += [Tag(f"other{k}", marks=marks) for k in range(OTHERS)]
    claims = []
    for seed in range(people):
        of_tag = {effect.tag: effect for effect in effects_of(simulate(30, seed, tags))}
        claims.append((of_tag["it"].rsa_claim == "more", of_tag["it"].hp_claim == "longer"))
    rsa, hp = np.mean(claims, axis=0)
    return float(rsa), float(hp)


def table(people: int) -> str:
    """In Markdown: a row for each number of marks."""
    head = [f"{rsa} ln" for rsa in RSA_LN] + [f"{hp:.0f} ms" for hp in HP_MS]
    rows = [f"| marks | {' | '.join(head)} |", "|---" * (1 + len(head)) + "|"]
    for marks in MARKS:
        both = [power(marks, rsa, hp, people) for rsa, hp in zip(RSA_LN, HP_MS, strict=True)]
        cells = [found for column in zip(*both, strict=True) for found in column]
        rows.append(f"| {marks} | {' | '.join(f'{100 * cell:.0f} %' for cell in cells)} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
