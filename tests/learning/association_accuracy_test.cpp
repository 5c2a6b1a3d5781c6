#include "support/catch.hpp"

#include <fgagt/learning/association_accuracy.hpp>

using namespace fgagt;

TEST_CASE("accuracy is the share of continuing detections whose most similar track is correct") {
    AssociationSample sample;
    sample.identities_d = {5, 8, 6, kNobody, 7};
    sample.identities_t = {7, 5, 6};
    Matrix similarity(5, 3);
    similarity << 0.1F, 0.9F, 0.8F, // 5: correct
        0.1F, 0.2F, 0.9F,           // 8 is new
        0.1F, 0.6F, 0.5F,           // 6: confused with 5
        0.9F, 0.1F, 0.1F,           // no ID
        -0.2F, -0.3F, -0.4F;        // 7: correct, though all similarities are low
    AssociationAccuracy accuracy;
    accuracy.add(sample, similarity);
    CHECK(accuracy.continuing == 3);
    CHECK(accuracy.right == 2);
    CHECK(accuracy.share() == Approx(2.0 / 3));

    SECTION("samples add up") {
        AssociationSample another;
        another.identities_d = {5};
        another.identities_t = {5};
        accuracy.add(another, Matrix::Zero(1, 1));
        CHECK(accuracy.share() == Approx(3.0 / 4));
    }
}

TEST_CASE("without continuing detections, the accuracy is zero") {
    AssociationSample sample;
    sample.identities_d = {1, kNobody};
    AssociationAccuracy accuracy;
    CHECK(accuracy.share() == 0);

    SECTION("no tracks") {
        accuracy.add(sample, Matrix(2, 0));
    }
    SECTION("no detections") {
        sample.identities_d.clear();
        sample.identities_t = {1};
        accuracy.add(sample, Matrix(0, 1));
    }
    SECTION("other tracks") {
        sample.identities_t = {2, 3};
        accuracy.add(sample, Matrix::Ones(2, 2));
    }
    SECTION("a track without an ID") {
        sample.identities_t = {kNobody};
        accuracy.add(sample, Matrix::Ones(2, 1));
    }
    CHECK(accuracy.continuing == 0);
    CHECK(accuracy.share() == 0);
}

TEST_CASE("similarities that do not fit a sample's pairs are refused") {
    const AssociationSample sample{{}, {}, {}, {1, 2}, {2, 1, 3}};
    AssociationAccuracy accuracy;
    CHECK_NOTHROW(accuracy.add(sample, Matrix::Ones(2, 3)));
    CHECK_THROWS_AS(accuracy.add(sample, Matrix::Ones(3, 2)), InvalidArgument);
    CHECK_THROWS_AS(accuracy.add(sample, Matrix()), InvalidArgument);
    CHECK(accuracy.continuing == 2);
}
