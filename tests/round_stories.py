"""What the folder of one file of each format says: a subject and a figure of its own for each file.

Every file has several parts (pages, slides, sheets, chapters, records). In its first version the figure asked for
stands in one part, in its second another figure stands in another part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Part:
    """A page, slide, sheet, chapter or section: its title, its sentences or the rows of its table, labels first."""

    title: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Story:
    """A file's subject; `fact` is a sentence or a row of cells in which `{}` stands for the figure asked for.

    `figures` and `places` are those of the first and of the second version; a place is the number of a part, from 0,
    and within it the line or row that the fact is put before.
    """

    title: str
    question: str
    fact: str | tuple[str, ...]
    figures: tuple[str, str]
    places: tuple[tuple[int, int], tuple[int, int]]
    parts: tuple[Part, ...]

    def version(self, number: int) -> tuple[Part, ...]:
        """The parts of the first (0) or the second (1) version."""
        figure, (place, at) = self.figures[number], self.places[number]
        part = self.parts[place]
        if isinstance(self.fact, str):
            line = self.fact.format(figure)
            changed = replace(part, lines=(*part.lines[:at], line, *part.lines[at:]))
        else:
            row = tuple(cell.format(figure) for cell in self.fact)
            changed = replace(part, rows=(*part.rows[:at], row, *part.rows[at:]))
        return (*self.parts[:place], changed, *self.parts[place + 1 :])


def _told(*parts: tuple[str, str]) -> tuple[Part, ...]:
    """Parts of running text; sentences are parted by `|`."""
    return tuple(Part(title, tuple(line.strip() for line in lines.split("|"))) for title, lines in parts)


def _listed(labels: str, *parts: tuple[str, str]) -> tuple[Part, ...]:
    """Parts that are tables under the same labels; rows are parted by `/`, cells by `,`."""

    def cells(row: str) -> tuple[str, ...]:
        return tuple(cell.strip() for cell in row.split(","))

    return tuple(Part(title, rows=(cells(labels), *map(cells, rows.split("/")))) for title, rows in parts)


FERRY = Story(
    "Skerra island ferry",
    "How many passengers may the Skerra ferry carry?",
    "The Skerra ferry may carry {} passengers on each crossing.",
    ("186", "204"),
    ((1, 1), (2, 1)),
    _told(
        (
            "The timetable",
            "The ferry leaves the mainland at 7:40 on working days. | It lies over at Skerra for an hour.",
        ),
        ("The licence", "It was renewed by the harbour office in spring. | The crew holds drills every month."),
        ("The refit", "The hull was painted over the winter. | A second ramp was built at the stern for lorries."),
    ),
)
ORCHARD = Story(
    "Ambrey orchard book",
    "How many tonnes of pears did Ambrey orchard pick?",
    "Ambrey orchard picked {} tonnes of pears.",
    ("37", "52"),
    ((1, 1), (2, 0)),
    _told(
        ("Weather", "Frost came twice in April and spared the blossom. | June was dry and the well ran low."),
        ("Harvest", "Picking began with the early plums. | Eleven hands were hired for the season."),
        ("Sales", "Most of the fruit went to a juice press nearby. | The farm shop sold the rest before Christmas."),
    ),
)
GLACIER = Story(
    "Hvarn glacier survey",
    "By how many metres did the tongue of the Hvarn glacier retreat?",
    "The tongue of the Hvarn glacier retreated by {} metres within the year.",
    ("41", "58"),
    ((1, 1), (2, 1)),
    _told(
        (
            "Method of the survey",
            "Stakes were drilled into the ice along two lines in early May and read again in September. | "
            "The team walked both lines with a receiver that fixes a place to within a hand's breadth.",
        ),
        (
            "Length of the ice",
            "The length was taken from photographs made on the same day of the year as before. | "
            "A lake has formed where the ice used to end, and small bergs break into it in summer.",
        ),
        (
            "What the walkers noticed",
            "Fresh rock showed on the western side, where the old hut path used to cross the ice. | "
            "Meltwater ran under the snow bridge well into the evening, which had not been seen before.",
        ),
    ),
)
LIGHTHOUSE = Story(
    "The light at Corran Point",
    "How far out to sea can the light at Corran Point be seen?",
    "On a clear night the light at Corran Point can be seen {} sea miles out.",
    ("19", "23"),
    ((1, 1), (2, 1)),
    _told(
        (
            "The keepers",
            "Three families kept the tower until it was run from afar, and their names stand on a stone by the gate. | "
            "The last of them still lives in the village and shows visitors the old logbooks in summer.",
        ),
        (
            "The lamp",
            "The lamp turns in a bath of mercury and was made by a glassworks that closed long ago. | "
            "Its lens is taken apart and cleaned by hand at the end of every winter.",
        ),
        (
            "The new lantern",
            "A smaller lantern of diodes was set beside the old lamp so that the lens could be rested. | "
            "The village asked that the beam should keep its slow sweep, and so it does.",
        ),
    ),
)
TUNNEL = Story(
    "Greywick tunnel, report of the engineer",
    "How long will the Greywick tunnel be?",
    "The Greywick tunnel will be {} metres long when it is done.",
    ("2,340", "2,415"),
    ((1, 1), (2, 2)),
    _told(
        ("Ground", "Borings met sandstone down to forty metres. | Water stood higher than the old maps say."),
        ("Design", "Two tubes are joined by cross passages. | Trains may run at a hundred kilometres an hour."),
        ("Works", "The cutter head was changed after a hard band. | Spoil leaves by barge. | Night work was allowed."),
    ),
)
RESERVOIRS = Story(
    "Water held in reservoirs",
    "How much water did the Ellen Tarn reservoir hold in June?",
    ("Ellen Tarn", "88.1", "{}"),
    ("73.4", "61.9"),
    ((1, 2), (2, 2)),
    _listed(
        "Reservoir, March, June",
        ("Northern basin, million cubic metres", "Cold Fell, 40.2, 35.7 / Sorrel Moss, 12.9, 10.4"),
        ("Western basin, million cubic metres", "Black Linn, 55.0, 49.8 / Hag Bridge, 23.6, 20.5"),
        ("Eastern basin, million cubic metres", "Long Sike, 31.3, 28.8 / Wether Law, 18.0, 15.2"),
    ),
)
MUSEUM = Story(
    "Museum of Clocks, minutes of the board",
    "What did the roof of the Museum of Clocks cost?",
    "The new roof of the Museum of Clocks cost {}.",
    ("£412,000", "£438,500"),
    ((1, 1), (2, 1)),
    _told(
        ("Visitors", "More school classes came than in any year before. | The audio guide was heard in six languages."),
        ("Building", "The scaffold came down in October. | The cellar is dry again."),
        ("Accounts", "The auditors had no remarks. | The shop made a small surplus."),
    ),
)
TRAM = Story(
    "Tram line nine",
    "How many stops will tram line nine have?",
    "Tram line nine will have {} stops.",
    ("17", "21"),
    ((1, 1), (2, 0)),
    _told(
        ("Why a new line", "Buses on the ring road are full. | The hospital has no rail link."),
        ("The route", "It runs from the depot to the lake. | It crosses the river on the old bridge."),
        ("The plan", "Rails are laid from the north. | Trial runs begin in autumn."),
    ),
)
FLEET = Story(
    "Fleet of vans",
    "What is the mileage of the van Kestrel?",
    ("Kestrel", "2019", "{}"),
    ("84,300", "91,750"),
    ((1, 2), (2, 1)),
    _listed(
        "Van, Built, Mileage",
        ("Depot North", "Merlin, 2017, 120450 / Osprey, 2021, 33900"),
        ("Depot South", "Harrier, 2016, 140220 / Buzzard, 2020, 61080"),
        ("Depot West", "Goshawk, 2018, 99310 / Hobby, 2022, 12760"),
    ),
)
QUARRY = Story(
    "Stone sold",
    "How many tonnes of slate were sold from the Penrose quarry?",
    ("Penrose", "slate", "{}"),
    ("5610", "6240"),
    ((1, 2), (2, 1)),
    _listed(
        "Quarry, Stone, Tonnes sold",
        ("Spring", "Tolcarne, granite, 8120 / Menhay, gravel, 15300"),
        ("Summer", "Carnsew, granite, 9480 / Trolvis, gravel, 13750"),
        ("Autumn", "Rosevear, granite, 7790 / Bosahan, gravel, 16020"),
    ),
)
MARKETS = Story(
    "markets",
    "How many stalls has the market in Dunmore?",
    ("Dunmore", "Friday", "{}"),
    ("64", "71"),
    ((0, 2), (0, 5)),
    _listed(
        "Town, Day, Stalls",
        ("", "Ashby, Monday, 45 / Brackley, Tuesday, 38 / Caxton, Thursday, 82 / Eltham, Saturday, 110"),
    ),
)
STATIONS = Story(
    "stations",
    "What is the height of the weather station Ruvdal?",
    ("Ruvdal", "1987", "{} m"),
    ("1,312", "1,287"),
    ((0, 4), (0, 1)),
    _listed(
        "Weather station, Since, Height",
        ("", "Aurfonn, 1961, 820 m / Bessgard, 1994, 1105 m / Hallskar, 1978, 640 m / Nordvik, 2003, 95 m"),
    ),
)
JETTY = Story(
    "Offer for the boathouse",
    "What does Larch and Daughters ask for the boathouse jetty?",
    "For the boathouse jetty Larch and Daughters ask {}.",
    ("€23,900", "€26,150"),
    ((0, 1), (1, 1)),
    _told(
        ("Jetty", "Thank you for showing us the site last week. | The piles would be of oak."),
        ("Terms", "We could begin once the swallows have left. | Payment is due in three parts."),
        ("Guarantee", "The work is guaranteed for ten years. | Please write if anything is unclear."),
    ),
)
CHARTER = Story(
    "Charter of the barge Wilhelmine",
    "How much is the charter of the barge Wilhelmine for a week?",
    "The charter of the barge Wilhelmine is {} for a week.",
    ("$7,450", "$8,120"),
    ((1, 1), (0, 1)),
    _told(
        ("Barge", "She sleeps eight and was built for the wine trade. | Bicycles can be lent at the lock."),
        ("Prices", "Fuel and mooring are paid by the guests. | A cook may be booked as well."),
        ("Dates", "The canal is closed for repairs until Easter. | Two weeks in July are still free."),
    ),
)
BEES = Story(
    "The beekeeper of Tarrow",
    "How many hives did the beekeeper of Tarrow own?",
    "In that year the beekeeper of Tarrow owned {} hives.",
    ("63", "79"),
    ((1, 1), (2, 1)),
    _told(
        ("A swarm in May", "The swarm hung in the old lime tree for two days. | Nobody dared to go near it."),
        ("The heather", "He carried them to the moor by night. | The honey was dark and would not run."),
        ("A hard winter", "Snow lay upon the lids until March. | He listened at each of them with a tube."),
    ),
)
SENSORS = Story(
    "Bridge sensors",
    "What load does the sensor Delta-4 of the bridge show?",
    ("Delta-4", "east cable", "{} kN"),
    ("4,710", "4,985"),
    ((1, 2), (2, 1)),
    _listed(
        "sensor, where, load",
        ("north_pier", "Alpha-1, footing, 3120 kN / Alpha-2, bearing, 2875 kN"),
        ("middle_span", "Beta-1, deck, 1940 kN / Beta-7, hanger, 1466 kN"),
        ("south_pier", "Gamma-3, footing, 3308 kN / Gamma-5, bearing, 2790 kN"),
    ),
)
CALLS = Story(
    "calls",
    "How many minutes did the call from Vesterby about a broken pump take?",
    ("Vesterby", "broken pump", "{}"),
    ("46", "58"),
    ((0, 2), (0, 4)),
    _listed(
        "call from, about, minutes",
        ("", "Ormstad, late bill, 12 / Fagerli, new meter, 21 / Solvang, leak, 33 / Nesodden, moving out, 9"),
    ),
)
TURBINES = Story(
    "Turbine notebook",
    "How many megawatt hours did turbine T6 yield?",
    "Turbine T6 yielded {} megawatt hours over the month.",
    ("1,184", "1,267"),
    ((1, 1), (2, 1)),
    _told(
        ("Wind", "Gusts above the limit stopped all machines on two days. | The mast lost its vane."),
        ("Yield", "Readings are taken from the meters at the foot of the towers. | Losses in the cable are left in."),
        ("Check", "The grid operator's figures were asked for. | They agree but for the first week."),
    ),
)
SHIPS = Story(
    "Register of ships",
    "What is the draught of the ship Marigold?",
    ("Marigold", "1974", "{} m"),
    ("3.85", "4.10"),
    ((1, 1), (2, 2)),
    _listed(
        "name, built, draught",
        ("sail", "Corisande, 1911, 2.60 m / Speedwell, 1934, 3.20 m"),
        ("steam", "Lapwing, 1908, 2.95 m / Tern, 1926, 3.40 m"),
        ("motor", "Dunlin, 1988, 2.15 m / Whimbrel, 2002, 2.70 m"),
    ),
)
SNOW = Story(
    "Avalanche bulletin",
    "How much snow fell on the Sonnalp?",
    "On the Sonnalp {} centimetres of snow fell overnight.",
    ("34", "47"),
    ((1, 1), (2, 1)),
    _told(
        ("Monday", "The danger is moderate above the tree line. | Old drifts are still weak on shaded slopes."),
        ("Tuesday", "Wind from the west has laid fresh slabs. | Stay off steep bowls."),
        ("Wednesday", "The sun will loosen wet snow after noon. | Start early and be back by eleven."),
    ),
)
CHOIR = Story(
    "Choir diary",
    "How many singers does the Lindal choir have?",
    "The Lindal choir now has {} singers.",
    ("54", "67"),
    ((1, 1), (0, 1)),
    _told(
        ("First rehearsal", "We met in the old chapel and it was cold. | The altos brought tea."),
        ("Summer concert", "The evening was sold out weeks ahead. | It rained upon the last piece."),
        ("On the road", "The coach broke down in a village with one inn. | We sang for our supper."),
    ),
)
COUNCIL = Story(
    "Parish council of Oxley Green",
    "What did the Oxley Green council vote for the playground?",
    "For the playground the Oxley Green council voted {}.",
    ("£18,600", "£21,300"),
    ((1, 1), (2, 1)),
    _told(
        ("Apologies", "Two members were away. | The minutes of the last meeting were read and signed."),
        ("Open spaces", "The swings are worn. | Dogs are to be kept on a lead near the pond."),
        ("Money", "The clerk put the books before the members. | The hall is let twice a week."),
    ),
)
