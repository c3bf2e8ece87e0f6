// Text: what several folders need of it.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace auif {

// ASCII letters in lower case; other bytes, so UTF-8, stay as they are.
std::string Lower(std::string_view text);

// The shortest decimal text that reads back as the same value.
std::string NumberText(double value);

// A name from a file for use in a message: shortened, and without control characters or bytes
// outside ASCII, so that a broken file cannot spoil the terminal.
std::string Printable(std::string_view text);

// The candidate that `word` is most likely a misspelling of, ignoring case: the one with the fewest
// insertions, deletions, substitutions and swaps of neighbours, at most one per three letters.
// Empty where there is none.
std::string Closest(std::string_view word, std::span<const std::string> candidates);

// "did you mean 'l1'?", or `otherwise` where nothing is close: the hint of an Error.
std::string DidYouMean(std::string_view word, std::span<const std::string> candidates,
                       const std::string& otherwise = {});

// The same before a list of what there is: "did you mean 'l1'? there are add, average and l1".
std::string GuessAndList(std::string_view word, std::span<const std::string> candidates,
                         const std::string& list);
// The same where the candidates are the list: "did you mean 'l1'? there are add, average, l1".
std::string GuessAndList(std::string_view word, std::span<const std::string> candidates);

// "add, average, l1".
std::string Joined(std::span<const std::string> texts);

}  // namespace auif
