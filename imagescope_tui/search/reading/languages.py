"""Words that tell nothing, or that turn what follows, in English, German, French, Spanish, Italian.

Of those that are looked up folded, case and accents do not count.
"""

from __future__ import annotations

from typing import Final

from imagescope_tui.search.reading.atoms import plain


def _folded(*words: str) -> frozenset[str]:
    return frozenset(map(plain, words))


# Words of the languages themselves: to the word index they say nothing. Left out is what is a thing
# or a name in another of the languages: `hat`, `son`, `den`, `war`, `sin`, `col`, `Mia`, `Ed`.
STOP_WORDS: Final = frozenset(
    {
        *("a", "am", "an", "and", "are", "as", "at", "be", "been", "being", "by", "for", "from"),
        *("in", "is", "it", "my", "of", "on", "or", "our", "that", "the", "this", "to", "was"),
        *("were", "with"),
        *("der", "die", "das", "dem", "des", "ein", "eine", "einen", "einem", "einer", "eines"),
        *(
            "und",
            "oder",
            "mit",
            "von",
            "vom",
            "im",
            "zu",
            "zum",
            "zur",
            "auf",
            "aus",
            "bei",
            "beim",
        ),
        *(
            "für",
            "ist",
            "mein",
            "meine",
            "meinem",
            "meinen",
            "meiner",
            "unser",
            "unsere",
            "unserem",
        ),
        *("le", "la", "les", "un", "une", "du", "de", "et", "ou", "au", "aux", "avec", "dans"),
        *("sur", "en", "est", "mon", "mes", "notre", "nos", "chez", "ce", "cette", "ces"),
        *("el", "los", "las", "una", "unos", "unas", "y", "o", "con", "del", "al", "por", "es"),
        *("mi", "mis", "nuestro", "nuestra", "su", "sus", "para"),
        *("il", "lo", "gli", "uno", "e", "di", "da", "dal", "dalla", "della", "dello", "dei"),
        *("nel", "nella", "alla", "allo", "mio", "miei", "mie", "nostro", "nostra"),
        *("che", "è", "à", "für"),
    }
)

PHOTO_NOUNS: Final = _folded(
    *("photos", "photographs", "pictures", "pics", "images", "snapshots"),
    *("fotos", "bilder", "aufnahmen", "photographies", "fotografias", "imagenes"),
    *("fotografie", "immagini"),
)
PHOTO_NOUN: Final = _folded(
    *("photo", "photograph", "picture", "pic", "image", "snapshot", "foto", "bild"),
    *("aufnahme", "photographie", "fotografia", "imagen", "immagine"),
)
"""Also the first half of other words, as in `photo frame`."""

REQUESTS: Final = (
    *("show me", "show us", "show", "find me", "find", "search for", "search", "look for"),
    *("give me", "get me", "get", "display", "list", "i want to see", "i want", "let me see"),
    *("i am looking for", "i'm looking for", "can you show me", "please show me", "where are"),
    *("zeig mir", "zeige mir", "zeigt mir", "zeig", "zeige", "suche nach", "suche", "such"),
    *("finde", "ich suche", "ich will", "ich möchte"),
    *("montre-moi", "montre moi", "montrez-moi", "montrez moi", "cherche", "trouve", "affiche"),
    *("je veux voir", "je cherche"),
    *("muéstrame", "enséñame", "busca", "encuentra", "quiero ver"),
    *("mostrami", "fammi vedere", "trova", "cerca", "voglio vedere"),
)
QUANTIFIERS: Final = _folded(
    *("all", "some", "any", "every", "my", "our", "these", "those"),
    *("alle", "einige", "meine", "meinen", "meiner", "unsere", "unseren", "unserer"),
    *("tous", "toutes", "mes", "nos", "mon", "notre", "quelques"),
    *("todas", "todos", "mis", "nuestras", "nuestros", "algunas", "algunos"),
    *("tutte", "tutti", "mie", "miei", "mio", "nostre", "nostri", "alcune"),
)
BEFORE_NOUN: Final = _folded(
    *("the", "of", "die", "der", "das", "les", "la", "le", "des", "las", "los", "una", "a", "an"),
    *("de", "delle", "dei", "gli"),
)
TAKEN: Final = _folded(
    *("taken", "shot", "made", "aufgenommen", "gemacht", "prise", "prises", "tomada", "tomadas"),
    *("hechas", "scattata", "scattate"),
)
NOUN_LINKS: Final = TAKEN | _folded(
    *("of", "from", "with", "showing", "containing", "featuring", "about", "where"),
    *("that", "which", "show", "shows"),
    *("von", "vom", "mit", "aus", "wo", "de", "du", "des", "avec", "où", "del", "con"),
    *("donde", "di", "del", "della", "dei", "delle", "dove"),
)
LEFT_OVER: Final = NOUN_LINKS | _folded(
    *("in", "on", "at", "by", "and", "or", "the", "a", "an", "during", "for", "to", "but"),
    *("im", "am", "und", "oder", "der", "die", "das", "et", "ou", "en", "dans", "au", "le", "la"),
    *("y", "o", "e", "el", "nel", "nella", "a", "il", "da", "&", ","),
)
"""What linked words to a part of the line that was taken out."""
POLITE: Final = _folded("please", "bitte", "thanks", "danke", "merci", "gracias", "grazie")

ALL_FILLER: Final = (
    PHOTO_NOUNS | PHOTO_NOUN | QUANTIFIERS | BEFORE_NOUN | NOUN_LINKS | LEFT_OVER | POLITE
)

NEGATIONS: Final = _folded(
    *("not", "no", "without", "ohne", "kein", "keine", "keinen", "keinem", "keiner", "nicht"),
    *("sans", "sin", "senza"),
)
NEGATION_PHRASES: Final = ("pas de", "pas d'", "with no", "mit keinem", "mit keiner")
LEAVING_OUT: Final = _folded("without", "ohne", "sans", "sin", "senza")
"""Behind these `and` goes on with what is left out: `without people and cars`."""
ARTICLES: Final = _folded(
    *("a", "an", "the", "any", "one", "some", "ein", "eine", "einen", "einem", "einer", "der"),
    *("die", "das", "dem", "le", "la", "les", "l'", "un", "une", "de", "el", "los", "las"),
    *("una", "il", "lo", "gli", "i"),
)
ALSO_NOT: Final = _folded("or", "nor", "oder", "ou", "ni", "o", "né")
WITH: Final = _folded("with", "mit", "avec", "con")
AND: Final = _folded("and", "&", "und", "et", "y", "e")
OR: Final = _folded("or", "oder", "ou")
PREPOSITIONS: Final = _folded(
    *("in", "on", "at", "near", "by", "with", "from", "of", "for", "to", "under", "over"),
    *("behind", "before", "after", "during", "between", "inside", "outside", "beside", "into"),
    *("im", "am", "an", "auf", "bei", "mit", "aus", "von", "vor", "hinter", "unter", "über"),
    *("neben", "dans", "sur", "sous", "avec", "chez", "devant", "derrière", "en", "à", "au"),
    *("con", "sobre", "bajo", "desde", "por", "nel", "nella", "su", "sul", "sulla", "di", "da"),
)
BREAKS: Final = (
    PREPOSITIONS
    | AND
    | ALSO_NOT
    | NEGATIONS
    | {"but", "aber", "mais", "pero", "ma", "while", "where", "please", "bitte", "only"}
)
