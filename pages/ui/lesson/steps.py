"""The stations of the lesson: their order, what each is about, and how long it takes."""
from collections.abc import Mapping
from dataclasses import dataclass

from ..language import N_

SHORT, LONG = 20, 45  # minutes of a lesson


@dataclass(frozen=True)
class Station:
    """What a station is called, what is said before the question and to look at after it, what is to be done, what one
    explains in one's own words; for the teacher what students usually think, and what to ask further. `minutes` are
    those of the short lesson and of the long one."""

    title: str
    lead: str
    look: str
    explain: str
    think: str
    further: str
    minutes: Mapping[int, int]


STATIONS = {
    "trunk": Station(
        N_("Noise and pictures"),
        N_("The model keeps no pictures. It begins with pure noise, and takes a little of it away at each step, until "
           "a picture is left."),
        N_("Time runs from the top, noise, to the bottom, pictures. As long as the tree is one line, one picture "
           "serves all."),
        N_("Why is one picture enough for so many, as long as there is much noise?"),
        N_("Many think that the model knows from the beginning what it will draw, or that it looks for a picture which "
           "it keeps somewhere."),
        N_("At which moment of the film could you tell for the first time what it will be?"),
        {SHORT: 3, LONG: 6}),
    "kin": Station(
        N_("The tree"),
        N_("Where paths part there is a **branch point**. The more two are alike under noise, the later they part."),
        N_("The thick dark line is what the two share. Below their branch point each has a path, and a colour, of its "
           "own."),
        N_("What makes two of them alike for the model? Is it what makes them alike for you?"),
        N_("Many choose by number or by name: 3 and 4 are neighbours. The model knows neither; what counts is where "
           "the ink lies."),
        N_("Which one leaves first of all, and why just that one?"),
        {SHORT: 4, LONG: 7}),
    "hybrid": Station(
        N_("In between"),
        N_("A **hybrid** is what the model has at a branch point, in the last moment in which two are still one."),
        N_("Read each column from top to bottom: what is noisy, what the model thinks it will be, and how the same "
           "start ends on each path."),
        N_("Who decides what becomes of a hybrid: the picture, chance, or the path?"),
        N_("Many think of two pictures laid over each other. It is one noisy picture; most lean to one side, and the "
           "path decides all the same."),
        N_("Find a column that is half and half. Is there any?"),
        {SHORT: 3, LONG: 6}),
    "style": Station(
        N_("Your own, turned into another"),
        N_("Cover a picture with noise until it could as well be another. Then clean it as that other one."),
        N_("Each column is one picture: above what it was, below what became of it."),
        N_("Why does it keep its slant, though the model has never seen this hand?"),
        N_("Many expect a standard picture, as from a font; or that the computer bends the strokes into place."),
        N_("What happens with too little noise, and what with too much?"),
        {SHORT: 4, LONG: 8}),
    "forget": Station(
        N_("A symbol of your own"),
        N_("The model can be taught something that it has never seen: ten drawings, and about a minute."),
        N_("The tree gets one leaf more. All that was there before is left alone."),
        N_("Why does it forget nothing? And what is the price for that?"),
        N_("Many have heard that networks forget when they learn something new. One without a tree does; the page "
           "Teach shows both."),
        N_("Whose path will the new leaf leave? Bet before the lesson shows it."),
        {SHORT: 2, LONG: 7}),
    "fails": Station(
        N_("Where it fails, and who is to blame"),
        N_("Here is what it draws. A separate classifier, which had no part in that, reads every picture."),
        N_("Where asked for and read differ, one of the two is wrong: who draws, or who reads."),
        N_("A picture is read as something else than was asked for. How could you find out who is to blame?"),
        N_("Many take a percentage for the truth, and forget that somebody has read and counted."),
        N_("Would you trust it with a cheque? With what would you?"),
        {SHORT: 3, LONG: 6}),
}
FRAME = {SHORT: (1, 0), LONG: (3, 2)}  # minutes before the first station and after the last, with the quiz in the long
START, END, SHEET = "start", "end", "sheet"
STEPS = (START, *STATIONS, END, SHEET)


def minutes(step: str, whole: int) -> int:
    """How long a step takes in a lesson of so many minutes."""
    if step in STATIONS:
        return STATIONS[step].minutes[whole]
    return {START: FRAME[whole][0], END: FRAME[whole][1]}.get(step, 0)
