"""What ImageNet's classes are kinds of: it knows breeds and models by name, people ask for dogs."""

from __future__ import annotations


def hypernyms() -> dict[str, tuple[int, ...]]:
    """Each word with the numbers of the classes that are of its kind."""
    found: dict[str, tuple[int, ...]] = {}
    for line in _WORDS.strip().splitlines():
        word, _, kinds = line.partition(": ")
        numbers = (number for part in kinds.split() for number in _numbers(part))
        found[word] = (*found.get(word, ()), *numbers)
    return found


def _numbers(part: str) -> range:
    first, _, last = part.partition("-")
    return range(int(first), int(last or first) + 1)


# The classes lie in the order of WordNet, so most kinds are ranges.
_WORDS = """
fish: 0-6 389-397
shark: 2-4
bird: 7-24 80-100 127-146
owl: 24
duck: 97
frog: 30-32
turtle: 33-37
lizard: 38-48
reptile: 33-68
crocodile: 49-50
snake: 52-68
spider: 72-77
parrot: 87-90
dog: 151-268
puppy: 151-268
terrier: 179-203
wolf: 269-272
fox: 277-280
cat: 281-285
kitten: 281-285
big cat: 286-293
bear: 294-297
insect: 300-326
beetle: 300-307
butterfly: 321-326
rabbit: 330-332
rodent: 333-338
horse: 339
pig: 341-342
cow: 345-347
sheep: 348-349
antelope: 351-353
monkey: 369-382
ape: 365-369
elephant: 385-386
animal: 0-397
whale: 147-148
flower: 985-986
flowers: 985-986
blossom: 985-986
fruit: 948-957
vegetable: 936-945
food: 923-969
mushroom: 947 991-997
dessert: 927-930
cake: 927
bread: 930-932
drink: 966-969
mountain: 970 979-980
sea: 973 977-978
beach: 977-978
coast: 975-978
landscape: 970-980
boat: 472 484 554 576 625 628 724 780 814 914
ship: 403 510 628 724 833 871 913
car: 407 436 468 511 609 627 656 661 717 751 817
truck: 555 569 675 717 864 867
train: 466 547 705 820 829
bus: 654 779 874
airplane: 404 895
bicycle: 444 671
motorcycle: 665 670
vehicle: 404 407 436 444 466 468 511 547 555 569 609 627 654 656 661
vehicle: 665 670-671 675 705 717 751 779 802-803 817 820 829 847 864 866-867 870 874
musical instrument: 401-402 420 432 486 513 541 546 558 566 577
musical instrument: 579 593-594 641-642 683-684 687 699 776 875 881 889
guitar: 402 546
piano: 579 881
drum: 541
violin: 889
computer: 508 527 590 620 664 673 681 782
keyboard: 508 878
telephone: 487 528 707
camera: 732 759
clock: 409 531 604 826 892
watch: 531 826
ball: 429-430 522 574 722 768 805 852 890
sport: 429-430 522 574 722 768 805 852 890
chair: 423 559 703 765 857
sofa: 831
furniture: 423 453 493 526 532 553 559 564 648 703 736 765 831 846 857 861 894
table: 526 532
bed: 520 564
kitchen: 499 504 534 550 567 651 766 827 859 891 909-910
tool: 477 481 499 587 596 677 740 783-784 792
weapon: 413 456 471 499 657 763-764
clothes: 411 433 445 474 496 501 568 578 601 608 610 614
clothes: 617 638-639 652 655 689 697 735 775 834 841-842 869 903
dress: 578 601 689
hat: 439 452 515 793 808
shoes: 502 514 630 770 774
glasses: 836-837
bag: 414 636 728 748 797
bridge: 718 821 839 888
church: 497 663 668 832
tower: 437 442 682
building: 410 425 437 442 448-449 483 497-498 500 580 582 598
building: 624 660 663 668 682 698 727 832 853 873 900
house: 425 500 660
castle: 483
shop: 415 424 454 467 509 582 788 860 865
book: 454 917 921
bottle: 440 720 737 898 901 907
cup: 438 504 572 968
fountain: 562
fence: 489 716 912
window: 538 904-905
street: 704 829 919-920
lamp: 470 607 619 818 846
baby: 431 520 529
bathroom: 435 861 876 896 999
pen: 418 563 749
spoon: 618 910
knife: 499 623
plant: 984-998
snow: 537 795 802-803
"""
