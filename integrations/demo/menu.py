"""What the demo family eats: dishes with their macronutrients, and how fast they are absorbed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dish:
    name: str
    carbs: float
    """Grams, as protein, fat and fibre."""
    protein: float
    fat: float
    fibre: float
    peak: float
    """Minutes until glucose is at its height."""

    @property
    def energy(self) -> float:
        """Kilocalories by Atwater's factors."""
        return 4 * self.carbs + 4 * self.protein + 9 * self.fat + 2 * self.fibre


breakfasts = (
    Dish("Porridge with berries", 48, 13, 9, 8, 48),
    Dish("Wholegrain toast and eggs", 32, 19, 15, 5, 55),
    Dish("Muesli with yoghurt", 46, 15, 10, 6, 46),
    Dish("Rolls with jam", 56, 9, 8, 3, 38),
    Dish("Yoghurt, nuts and apple", 27, 14, 17, 5, 55),
)
lunches = (
    Dish("Lentil soup with bread", 54, 22, 11, 13, 62),
    Dish("Rice bowl with salmon", 62, 31, 18, 5, 55),
    Dish("Chicken salad with bread", 34, 33, 17, 6, 60),
    Dish("Pasta with tomato sauce", 74, 18, 12, 6, 52),
    Dish("Falafel wrap", 57, 17, 20, 9, 58),
)
dinners = (
    Dish("Potatoes, fish and beans", 46, 34, 14, 8, 58),
    Dish("Vegetable curry with rice", 66, 16, 17, 9, 57),
    Dish("Pizza", 82, 31, 28, 6, 78),
    Dish("Bread, cheese and salad", 41, 21, 21, 7, 60),
    Dish("Chilli with kidney beans", 49, 32, 17, 14, 66),
    Dish("Omelette with mushrooms", 16, 27, 25, 4, 62),
)
snacks = (
    Dish("Banana", 24, 1, 0, 3, 30),
    Dish("Apple", 19, 0, 0, 4, 32),
    Dish("Piece of cake", 38, 5, 16, 1, 46),
    Dish("Handful of nuts", 6, 6, 16, 3, 60),
    Dish("Chocolate", 19, 3, 12, 2, 42),
)
