"""English words for what photos show that some town goes by in a language, or once did.

Who looks for a lion does not mean Lyon, though it goes by that in another language. A town's own
name stays a name.
"""

from __future__ import annotations

from functools import cache

_WORDS = """
aim air antelope apple area arena armadillo art ash asp bag bakery bale banana banjo bank
bar bare barn barren base basset bat bath bay bear beaver big bigger bin black boar bone
book bottom boulder bow bowl brake branch brass bread bridge brown buffalo bunk bus bush
cage cake can canal candy cane canyon capital carrion center chair chat chin citrus city
cloud cobra cone cop county crane creek crystal cup dam desk dig dim district dock dot
downtown drag dunlin eel eternal fall falls ferret fig fish flower forest fox fry garden
gateway glove gold golden grass gray green grin guinea hall hang hare harp hay high highland
hill hippo hole hood hook horn hula human hunt island jeans jug kingdom kite lake lane
lantern leg lemon lemur lens lick light lights lime limo line lion little lock log lone long
lorry lot lung make male mall mamba man mane marathon market marsh meadow men metal meter
mile mist mobile model modern mole monster mosquito motor mound mountain mountaintop
municipality nose oil old one opera orange orchid orient ox painter pale pan panda park
pasture pearl pet phone pier pig pigeon pike pile pill pin pine pirate plain plate plaza
pole polo pond pony port province queen rain ram rapid reach red region republic rest rice
ride rider rifle road robe rock rodent rodeo rope rose roundabout row rush sail salt sand
sandy schooner sea second senna shape shell ship shore shot singer slide slope soda son
spatula spike spray star state straw summer summit sunset surf swan sweet switch tall tan
tank tape tent tiger tire town tray tub turn tutu twin twist umbrella union valley van vest
village vine wake walk water wave weasel white windy wood woodland zebra
"""


@cache
def common_words() -> frozenset[str]:
    """All of them, folded."""
    return frozenset(_WORDS.split())
