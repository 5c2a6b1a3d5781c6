#pragma once

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/detail/ground_view.hpp>
#include <fgagt/learning/detail/random_draws.hpp>
#include <fgagt/learning/detail/stage.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace fgagt::detail {

/// How a game is played. Lengths in metres, times in seconds.
struct PlayerModel {
    int count = 14;
    double height = 1.9;
    double aspect = 0.45;
    double length = 28;      ///< of the pitch, across the view
    double width = 15;       ///< of the pitch, along the view
    double top_speed = 6;    ///< metres per second
    double agility = 5;      ///< metres per square second
    double ball_speed = 5;   ///< of the place where the game is
    double crowding = 0.5;   ///< how strongly all go to that place, [0, 1]
    double resolve = 0.8;    ///< new decisions of a player per second
    double breadth = 0.2;    ///< deviation of the logarithm of the width on either side
    double stretch = 0.07;   ///< deviation of the logarithm of the height
    double shape_time = 0.3; ///< correlation time of the shape
};

/// Players on a pitch, who run after a common point.
class Playing {
public:
    Playing(const PlayerModel& model, const Stage& stage, KeyedRandom& random)
        : model_(model),
          stage_(stage),
          seed_(random.next()) {
        for (int k = 0; k < model_.count; ++k) {
            Player player{};
            player.id = k + 1;
            player.role_x = random.uniform(-0.4, 0.4) * model_.length;
            player.role_z = random.uniform(-0.45, 0.45) * model_.width;
            player.x = player.role_x;
            player.z = player.role_z;
            player.height = log_normal(random, model_.height, 0.06);
            player.left = LimbWander(random);
            player.right = LimbWander(random);
            player.tall = LimbWander(random);
            decide(player, random);
            players_.push_back(player);
        }
    }

    void step(double seconds) {
        ++tick_;
        KeyedRandom common(seed_, 0, tick_);
        if (happens(common, 0.5 * seconds)) {
            goal_x_ = common.uniform(-0.5, 0.5) * model_.length;
            goal_z_ = common.uniform(-0.4, 0.4) * model_.width;
        }
        const double away = std::hypot(goal_x_ - ball_x_, goal_z_ - ball_z_);
        const double reach = std::min(1.0, model_.ball_speed * seconds / std::max(away, 1e-6));
        ball_x_ += reach * (goal_x_ - ball_x_);
        ball_z_ += reach * (goal_z_ - ball_z_);
        const bool all_turn = happens(common, 0.15 * seconds);
        for (Player& player : players_) {
            KeyedRandom random(seed_, player.id, tick_);
            if (all_turn || happens(random, model_.resolve * seconds)) decide(player, random);
            run(player, seconds, random);
        }
    }

    /// Where the game is: x on the canvas, pixels from the middle.
    [[nodiscard]] double focus() const { return stage_.view.focal * ball_x_ / middle(); }

    void show(std::vector<Body>& bodies) const {
        for (const Player& player : players_) {
            const double left = std::exp(model_.breadth * player.left.value());
            const double right = std::exp(model_.breadth * player.right.value());
            bodies.push_back({.id = player.id,
                              .class_id = 0,
                              .x = player.x + 0.25 * player.height * model_.aspect * (right - left),
                              .distance = std::max(middle() + player.z, 0.5 * stage_.nearest),
                              .elevation = 0,
                              .width = 0.5 * player.height * model_.aspect * (left + right),
                              .height = player.height * std::exp(model_.stretch * player.tall.value()),
                              .depth = 0});
        }
    }

private:
    struct Player {
        TrackId id;
        double height;
        double role_x, role_z;         // in the team
        double x, z, speed_x, speed_z; // from the middle of the pitch
        double run_x, run_z;           // private addition to the place it wants
        double eager;                  // how strongly it goes to the ball, [0, 1]
        double effort;                 // share of the top speed, [0, 1]
        LimbWander left, right, tall;
    };

    [[nodiscard]] double middle() const { return 0.5 * (stage_.nearest + stage_.farthest); }

    void decide(Player& player, KeyedRandom& random) const {
        player.run_x = 0.12 * model_.length * random.normal();
        player.run_z = 0.12 * model_.width * random.normal();
        player.eager = model_.crowding * random.uniform();
        const double effort = random.uniform();
        player.effort = 0.15 + 0.85 * effort * effort;
    }

    void run(Player& player, double seconds, KeyedRandom& random) const {
        const double follow = 0.5 * (1 - player.eager);
        const double to_x =
            player.eager * ball_x_ + follow * (player.role_x + ball_x_) + player.run_x - player.x;
        const double to_z = player.eager * ball_z_ + follow * (2 * player.role_z) + player.run_z - player.z;
        const double away = std::max(std::hypot(to_x, to_z), 1e-6);
        const double speed = std::min(player.effort * model_.top_speed, 1.5 * away);
        const double change_x = speed * to_x / away - player.speed_x;
        const double change_z = speed * to_z / away - player.speed_z;
        const double change = std::max(std::hypot(change_x, change_z), 1e-6);
        const double share = std::min(1.0, model_.agility * seconds / change);
        player.speed_x += share * change_x;
        player.speed_z += share * change_z;
        player.x += player.speed_x * seconds;
        player.z = std::clamp(player.z + player.speed_z * seconds, -0.5 * model_.width, 0.5 * model_.width);
        player.left.step(memory(seconds, model_.shape_time), random);
        player.right.step(memory(seconds, model_.shape_time), random);
        player.tall.step(memory(seconds, model_.shape_time), random);
    }

    PlayerModel model_;
    Stage stage_;
    std::uint64_t seed_;
    std::uint64_t tick_ = 0;
    double ball_x_ = 0, ball_z_ = 0, goal_x_ = 0, goal_z_ = 0;
    std::vector<Player> players_;
};

} // namespace fgagt::detail
